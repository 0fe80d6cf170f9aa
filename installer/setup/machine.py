"""What the machine under the program needs: shared libraries, fonts, Python's venv, a virtual display.

Called by dev.py before anything else; standard library only. Libraries are probed by dlopen, so that any distribution
will do; what is missing is installed by apt-get when this user may, otherwise named in one line to copy.
"""

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from installer.setup.says import Stop, say

# Shared library -> package of Debian 12 that brings it. From the link tables of the Qt wheel and from hiding each in
# turn; even the offscreen platform needs GL, EGL, glib, fontconfig, dbus and xkbcommon.
LIBRARIES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libbrotlidec.so.1": "libbrotli1",
    "libzstd.so.1": "libzstd1",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
}

# Package -> files of which one is enough; a bare Debian has no font at all, and Qt then draws nothing but boxes.
FONTS = {
    "fonts-inter": ("truetype/inter/Inter*", "opentype/inter/Inter*"),
    "fonts-noto-cjk": ("opentype/noto/NotoSansCJK-Regular*", "truetype/noto/NotoSansCJK-Regular*"),
}
APT_LISTS = Path("/var/lib/apt/lists")
_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
_FONT_FAMILIES = {"fonts-inter": "Inter", "fonts-noto-cjk": "Noto Sans CJK SC"}


@dataclass(slots=True)
class Needs:
    """What is missing on this machine."""

    packages: list[str] = field(default_factory=list)
    """Names of Debian packages, each once, in a fixed order."""
    libraries: list[str] = field(default_factory=list)
    """The shared libraries behind them, for people whose distribution is not Debian's."""

    def add(self, package: str, library: str | None = None) -> None:
        """Notes one missing package and, where there is one, the library that showed it."""
        if package not in self.packages:
            self.packages.append(package)
        if library is not None:
            self.libraries.append(library)


def missing(*, qt: bool, display: bool) -> Needs:
    """Looks at this machine.

    Args:
        qt: whether the verb draws (also offscreen): Qt's libraries and fonts are needed.
        display: whether the verb opens a window: without a screen a virtual one is needed.

    Returns:
        What is missing; empty on Windows, where Python and the wheels bring everything.
    """
    needs = Needs()
    if sys.platform != "linux":
        return needs
    if importlib.util.find_spec("ensurepip") is None:
        needs.add("python3-venv")
    if not qt:
        return needs
    for library, package in LIBRARIES.items():
        if not _loads(library):
            needs.add(package, library)
    if not Path("/etc/fonts/fonts.conf").exists():
        needs.add("fontconfig")
    for package in FONTS:
        if not _has_font(package):
            needs.add(package)
    if display and no_screen() and shutil.which("Xvfb") is None:
        needs.add("xvfb")
    return needs


def no_screen() -> bool:
    """Whether a window opened now would have nowhere to go."""
    return sys.platform == "linux" and not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY")


def provide(needs: Needs) -> None:
    """Installs what is missing, or stops with the line to copy (exit code 3)."""
    if not needs.packages:
        return
    line = "apt-get install -y --no-install-recommends " + " ".join(needs.packages)
    apt = _apt()
    if apt is None:
        raise Stop(3, _words(needs, line))
    say(f"installing from Debian: {' '.join(needs.packages)}")
    update, install = [*apt, "update"], [*apt, "install", "-y", "--no-install-recommends", *needs.packages]
    fresh = not any(APT_LISTS.glob("*_Packages*"))
    if fresh:
        _quietly(update)
    told = _quietly(install)
    if told is not None and not fresh:  # the lists may name versions that the mirror has no more
        _quietly(update)
        told = _quietly(install)
    if told is not None:
        raise Stop(3, f"{line} failed:\n{told}")


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _has_font(package: str) -> bool:
    folders = [Path(folder).expanduser() for folder in _FONT_FOLDERS]
    if any(next(folder.glob(pattern), None) for folder in folders for pattern in FONTS[package]):
        return True
    if shutil.which("fc-list") is None:
        return False
    listed = subprocess.run(["fc-list", _FONT_FAMILIES[package], "family"], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


def _apt() -> list[str] | None:
    """The command that may install, or None."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return ["apt-get"]
    if shutil.which("sudo") is None:
        return None
    allowed = subprocess.run(["sudo", "-n", "true"], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return ["sudo", "-n", "--preserve-env=DEBIAN_FRONTEND", "apt-get"] if allowed.returncode == 0 else None


def _words(needs: Needs, line: str) -> str:
    if shutil.which("apt-get") is not None:
        return (
            f"this machine lacks packages that this user may not install; run this, then start again:\n    sudo {line}"
        )
    what = ", ".join(needs.libraries) or "fonts"
    return f"this machine lacks: {what}.\nOn Debian they come with:\n    sudo {line}"


def _quietly(command: list[str]) -> str | None:
    """Runs apt-get; returns None when that went well, else the end of what it said."""
    run = subprocess.run(
        command,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return None if run.returncode == 0 else "\n".join(run.stdout.strip().splitlines()[-15:])
