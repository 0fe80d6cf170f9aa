"""The station's secrets: the environment first, then a file that only its owner can read."""

import sys

import pytest

from hmi.drivers.secrets import FILE, StationSecrets


def test_that_the_environment_goes_before_the_file(tmp_path):
    file = tmp_path / FILE
    file.write_text('line-1 = "of the file"\nother = "pässword"\n', encoding="utf-8")
    file.chmod(0o600)
    secrets = StationSecrets(tmp_path, {"HMI_SECRET_LINE_1": "of the environment"})
    assert secrets("line-1") == "of the environment"
    assert secrets("other") == "pässword"
    assert secrets("nobody") is None


def test_that_no_file_means_no_secret(tmp_path):
    assert StationSecrets(tmp_path, {})("line") is None


@pytest.mark.skipif(sys.platform == "win32", reason="rights are others there")
def test_that_a_file_others_can_read_is_not_used(tmp_path, expected_logs):
    expected_logs.expect("hmi.driver", "can be read by others")
    file = tmp_path / FILE
    file.write_text('line = "geheim"\n', encoding="utf-8")
    file.chmod(0o640)
    assert StationSecrets(tmp_path, {})("line") is None


@pytest.mark.parametrize("content", [b"line = geheim", b"\xff\xfe", b"line = 5", b'[line]\nx = "y"'])
def test_that_a_broken_file_gives_nothing_and_the_log_tells_no_secret(tmp_path, expected_logs, caplog, content):
    expected_logs.allow("hmi.driver", "cannot be read")
    file = tmp_path / FILE
    file.write_bytes(content)
    file.chmod(0o600)
    assert StationSecrets(tmp_path, {})("line") is None
    assert "geheim" not in caplog.text
