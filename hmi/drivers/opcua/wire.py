"""Channel and session to an OPC UA server: the one file of this room that knows the library asyncua.

The library makes channel, chunks and session. Its publish loop, its handlers and its client with three background
tasks are not used: they make a task for each change or drop changes silently (`specs/performance.md`, 2). Bodies of
requests go out as bytes and answers come back as bytes; `messages` knows what they mean.

`_Channel` leans on inner parts of `UASocketProtocol`; tests/drivers/test_opcua_wire.py holds them fast.
"""

import asyncio
import logging
import secrets
import socket
import struct
from dataclasses import dataclass
from typing import Any

from asyncua import ua
from asyncua.client.ua_client import UASocketProtocol
from asyncua.common.connection import TransportLimits
from asyncua.crypto import security_policies
from asyncua.ua.ua_binary import nodeid_to_binary, struct_from_binary
from asyncua.ua.uaerrors import UaError, UaStatusCodeError
from cryptography import x509

from hmi.drivers.opcua.binary import EPOCH_TICKS, MalformedAnswer, Reader, number_id, text, u32
from hmi.drivers.opcua.messages import SERVICE_FAULT, Service
from hmi.drivers.opcua.status import cause_of_fault
from hmi.model.clock import Clock
from hmi.model.errors import LinkLost
from hmi.model.quality import Cause

MOST_BYTES = 64 * 1024 * 1024
"""Longest answer that is taken; a longer one ends the connection."""
CHUNK_BYTES = 65535
CHANNEL_MS = 3_600_000
"""Life of the channel that is asked for; it is renewed after three quarters of what is granted."""
SESSION_MS = 30_000
"""The server forgets our session after so long without a word; longer would hold its slots after a crash."""
NONCE_BYTES = 32
SAFE_TOKENS = ("Basic256Sha256", "Aes256_Sha256_RsaPss", "Aes128_Sha256_RsaOaep")
"""Policies under which a password may leave over an unencrypted channel, best known first."""
_NONE = security_policies.SecurityPolicyNone.URI

# It logs each fault that is told to us anyway, and at every level; what matters is logged where it is handled.
logging.getLogger("asyncua").setLevel(logging.CRITICAL + 1)


class Fault(Exception):
    """The server refused a request as a whole."""

    def __init__(self, status: int) -> None:
        super().__init__(f"service result {status:#010x}")
        self.status = status


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who asks to be let in."""

    user: str = ""
    """Empty: anonymous."""
    password: str = ""
    clear: bool = False
    """The password may leave unprotected."""


class _Channel(UASocketProtocol):
    """The library's protocol, with bodies as bytes and without its noise over late answers."""

    def __init__(self, limit_s: float) -> None:
        limits = TransportLimits(CHUNK_BYTES, CHUNK_BYTES, MOST_BYTES // 8192, MOST_BYTES)
        super().__init__(limit_s, limits=limits)
        self.lost = asyncio.Event()
        self.late = 0

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.lost.set()

    def send_body(self, service: Service, parameters: bytes, wall_ns: int, hint_ms: int) -> "asyncio.Future[Any]":
        """Send a request of which only the header is missing."""
        if self.transport is None or self.transport.is_closing():
            raise ConnectionError("the connection is closed")
        self._request_handle += 1
        header = struct.pack("<qII", wall_ns // 100 + EPOCH_TICKS, self._request_handle, 0)
        body = b"".join(
            (
                number_id(service),
                nodeid_to_binary(self.authentication_token),
                header,
                text(None),
                u32(hint_ms),
                b"\0\0\0",
                parameters,
            )
        )
        self.revolve_security_token()
        request_id = self._request_id = self._request_id + 1
        message = self._connection.message_to_binary(body, request_id=request_id)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._callbackmap[request_id] = future
        self.transport.write(message)
        return future

    def _call_callback(self, request_id: int, body: Any) -> None:
        future = self._callbackmap.pop(request_id, None)
        if future is None or future.done():
            self.late += 1
        else:
            future.set_result(body)


class Wire:
    """One connection with its session."""

    def __init__(self, place: str, limit_s: float, clock: Clock, open_s: float | None = None) -> None:
        """Make ready.

        Args:
            place: what errors name.
            limit_s: longest time for the answer to one request, seconds.
            clock: for the times in request headers.
            open_s: longest time for each answer until the channel is open, seconds: a server that is just starting
                takes connections before it answers. None is `limit_s`.
        """
        self._place = place
        self._limit_s = limit_s
        self._open_s = limit_s if open_s is None else max(limit_s, open_s)
        self._clock = clock
        self._channel: _Channel | None = None
        self._silent = 0
        self.session_s = SESSION_MS / 1000
        """After so long without a request the server forgets the session."""
        self.renew_s = CHANNEL_MS / 1000 * 0.75
        """Time from now to the next renewal of the channel."""
        self.requests = 0
        self.errors = 0
        self.round_trip_ns = 0

    @property
    def late(self) -> int:
        """Answers that came after their deadline."""
        return self._channel.late if self._channel is not None else 0

    @property
    def alive(self) -> bool:
        """Whether the connection stands."""
        return self._channel is not None and not self._channel.lost.is_set() and self._channel.transport is not None

    async def connect(self, addresses: list[str], port: int, endpoint: str) -> None:
        """Connect the socket and open the channel.

        Raises:
            OSError: when no address can be reached.
            LinkLost: when the server wants none of it.
        """
        self._channel = await self._connected(addresses, port)
        try:
            await self._channel.send_hello(endpoint, MOST_BYTES, MOST_BYTES // 8192)
            await self._open_channel(ua.SecurityTokenRequestType.Issue)
        except (UaError, ConnectionError, TimeoutError) as error:
            raise self._lost(error) from error

    async def renew(self) -> None:
        """Renew the channel before its token ends.

        Raises:
            LinkLost: when that fails.
        """
        try:
            await self._open_channel(ua.SecurityTokenRequestType.Renew)
        except (UaError, ConnectionError, TimeoutError) as error:
            raise self._lost(error) from error

    async def sign_in(self, endpoint: str, who: SignIn) -> None:
        """Make a session and sign in.

        Raises:
            LinkLost: ACCESS_DENIED, SECURITY_NEEDED, PASSWORD_IN_CLEAR, or what else went wrong.
        """
        channel = self._alive()
        try:
            session = await self._create_session(channel, endpoint)
            request = ua.ActivateSessionRequest()
            request.Parameters.UserIdentityToken = self._identity(session, who)
            request.Parameters.LocaleIds = ["en"]
            answer = await channel.send_request(request, self._limit_s)
            # The library looks at faults only; some servers refuse in the header of the ordinary answer.
            struct_from_binary(ua.ActivateSessionResponse, answer).ResponseHeader.ServiceResult.check()
        except (UaError, ConnectionError, TimeoutError) as error:
            raise self._lost(error) from error

    async def ask(self, service: Service, parameters: bytes) -> Reader:
        """Send a request and wait for its answer.

        Args:
            service: which.
            parameters: its body behind the header.

        Returns:
            The answer, behind its header.

        Raises:
            Fault: when the server refuses it.
            TimeoutError: when it does not answer in time, the first time in a row.
            LinkLost: the second time, or when the connection is gone.
            MalformedAnswer: when the answer is of another kind.
        """
        began_ns = self._clock.monotonic_ns()
        future = self.begin(service, parameters, self._limit_s)
        try:
            await asyncio.wait({future}, timeout=self._limit_s)
        finally:
            if not future.done():
                future.cancel()  # a late answer finds nobody, and is counted
        if future.cancelled():
            self.errors += 1
            self._silent += 1
            if self._silent >= 2:
                raise LinkLost(Cause.DEVICE_TIMED_OUT, place=self._place)
            raise TimeoutError
        answer = self.end(service, future)
        self.round_trip_ns = self._clock.monotonic_ns() - began_ns
        return answer

    def begin(self, service: Service, parameters: bytes, limit_s: float = 0.0) -> "asyncio.Future[Any]":
        """Send a request without waiting for its answer; `end` opens what the future brings.

        Args:
            service: which.
            parameters: its body behind the header.
            limit_s: told to the server as the longest time that we wait, seconds; 0 is for ever.

        Raises:
            LinkLost: when the connection is gone.
        """
        channel = self._alive()
        self.requests += 1
        try:
            return channel.send_body(service, parameters, self._clock.wall_ns(), round(limit_s * 1000))
        except (UaError, OSError) as error:
            self.errors += 1
            raise self._lost(error) from error

    def end(self, service: Service, done: "asyncio.Future[Any]") -> Reader:
        """Open the answer to a request.

        Raises:
            Fault: when the server refused it.
            LinkLost: when the connection broke meanwhile.
            MalformedAnswer: when the answer is of another kind.
        """
        try:
            answer = done.result()
            self._silent = 0
            return _opened(Reader(bytes(answer)), service)
        except (UaError, OSError) as error:
            self.errors += 1
            raise self._lost(error) from error
        except (Fault, MalformedAnswer):
            self.errors += 1
            raise

    def reset(self) -> None:
        """End the connection so that what waits in the kernel is thrown away and cannot arrive late."""
        transport = self._channel.transport if self._channel is not None else None
        if transport is None:
            return
        peer = transport.get_extra_info("socket")
        if peer is not None:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()

    async def close(self) -> None:
        """End session and connection; a server that is silent is not waited for."""
        channel = self._channel
        if channel is None:
            return
        try:
            if self.alive and not self._silent and not channel.authentication_token.is_null():
                request = ua.CloseSessionRequest()
                request.DeleteSubscriptions = True
                await channel.send_request(request, min(self._limit_s, 0.5))
        except (UaError, ConnectionError, TimeoutError):
            pass  # it ends all the same
        finally:
            if channel.transport is not None:
                channel.transport.abort()
        await channel.lost.wait()

    # ------------------------------------------------------------------------------------------------ inside

    async def _connected(self, addresses: list[str], port: int) -> _Channel:
        loop = asyncio.get_running_loop()
        failure: OSError = OSError("no address")
        for address in addresses:
            try:
                transport, channel = await loop.create_connection(lambda: _Channel(self._open_s), address, port)
            except OSError as error:
                failure = error
                continue
            if transport.get_extra_info("sockname") == transport.get_extra_info("peername"):
                # Nobody listens on this loopback port and the kernel has connected the socket to itself.
                transport.abort()
                await channel.lost.wait()
                failure = ConnectionRefusedError("connected to itself")
                continue
            return channel
        raise failure

    async def _open_channel(self, kind: ua.SecurityTokenRequestType) -> None:
        parameters = ua.OpenSecureChannelParameters()
        parameters.ClientProtocolVersion = 0
        parameters.RequestType = kind
        parameters.SecurityMode = ua.MessageSecurityMode.None_
        parameters.RequestedLifetime = CHANNEL_MS
        parameters.ClientNonce = b""
        opened = await self._alive().open_secure_channel(parameters)
        self.renew_s = max(1.0, opened.SecurityToken.RevisedLifetime / 1000 * 0.75)

    async def _create_session(self, channel: _Channel, endpoint: str) -> ua.CreateSessionResult:
        request = ua.CreateSessionRequest()
        wanted = request.Parameters
        wanted.ClientDescription.ApplicationUri = "urn:clearline-hmi"
        wanted.ClientDescription.ProductUri = "urn:clearline-hmi"
        wanted.ClientDescription.ApplicationName = ua.LocalizedText("Clearline HMI")
        wanted.ClientDescription.ApplicationType = ua.ApplicationType.Client
        wanted.EndpointUrl = endpoint
        wanted.SessionName = "Clearline HMI"
        wanted.ClientNonce = secrets.token_bytes(NONCE_BYTES)
        wanted.RequestedSessionTimeout = SESSION_MS
        wanted.MaxResponseMessageSize = MOST_BYTES
        answer = await channel.send_request(request, self._limit_s)
        response = struct_from_binary(ua.CreateSessionResponse, answer)
        response.ResponseHeader.ServiceResult.check()
        session: ua.CreateSessionResult = response.Parameters
        channel.authentication_token = session.AuthenticationToken
        if session.RevisedSessionTimeout > 0:
            self.session_s = session.RevisedSessionTimeout / 1000
        return session

    def _identity(self, session: ua.CreateSessionResult, who: SignIn) -> Any:
        """Choose how to sign in.

        Raises:
            LinkLost: when the server offers no way that we may take.
        """
        offered = [
            (endpoint, policy)
            for endpoint in session.ServerEndpoints
            if endpoint.SecurityMode == ua.MessageSecurityMode.None_
            for policy in endpoint.UserIdentityTokens
        ]
        if not offered:
            raise LinkLost(Cause.SECURITY_NEEDED, place=self._place)
        kind = ua.UserTokenType.UserName if who.user else ua.UserTokenType.Anonymous
        fitting = [(endpoint, policy) for endpoint, policy in offered if policy.TokenType == kind]
        if not fitting:
            raise LinkLost(Cause.ACCESS_DENIED, place=self._place)
        if not who.user:
            return ua.AnonymousIdentityToken(PolicyId=fitting[0][1].PolicyId)
        for name in SAFE_TOKENS:
            for endpoint, policy in fitting:
                certificate = session.ServerCertificate or endpoint.ServerCertificate
                if str(policy.SecurityPolicyUri or "").endswith(f"#{name}") and certificate:
                    return self._protected(who, policy, certificate, session.ServerNonce or b"")
        if not who.clear:
            raise LinkLost(Cause.PASSWORD_IN_CLEAR, place=self._place)
        for _, policy in fitting:
            if (policy.SecurityPolicyUri or _NONE) == _NONE:
                return ua.UserNameIdentityToken(
                    PolicyId=policy.PolicyId, UserName=who.user, Password=who.password.encode()
                )
        raise LinkLost(Cause.SECURITY_NEEDED, place=self._place)

    def _protected(self, who: SignIn, policy: Any, certificate: bytes, nonce: bytes) -> Any:
        """Encrypt the password for the server (part 4, 7.40.2.2).

        Raises:
            LinkLost: when certificate or nonce are not fit for it.
        """
        if len(nonce) < NONCE_BYTES:
            raise LinkLost(Cause.SECURITY_NEEDED, place=self._place)
        secret = text(who.password.encode() + nonce)
        try:
            first = certificate[: int.from_bytes(certificate[2:4], "big") + 4]  # others of its chain may follow
            key = x509.load_der_x509_certificate(first).public_key()
            data, algorithm = security_policies.encrypt_asymmetric(  # type: ignore[no-untyped-call]
                key, secret, policy.SecurityPolicyUri
            )
        except ValueError as error:
            raise LinkLost(Cause.SECURITY_NEEDED, place=self._place) from error
        return ua.UserNameIdentityToken(
            PolicyId=policy.PolicyId, UserName=who.user, Password=data, EncryptionAlgorithm=algorithm
        )

    def check(self) -> None:
        """Make sure that the connection stands.

        Raises:
            LinkLost: when there is none or it is gone.
        """
        self._alive()

    def _alive(self) -> _Channel:
        """Give the channel.

        Raises:
            LinkLost: when there is none or it is gone.
        """
        if self._channel is None:
            raise LinkLost(Cause.DEVICE_OFFLINE, place=self._place)
        if not self.alive:
            raise LinkLost(Cause.DEVICE_RESET, place=self._place)
        return self._channel

    def _lost(self, error: Exception) -> LinkLost:
        """Say why a connection could not be made, or is gone."""
        if isinstance(error, UaStatusCodeError):
            return LinkLost(cause_of_fault(error.code), place=self._place)
        if isinstance(error, TimeoutError):
            return LinkLost(Cause.DEVICE_TIMED_OUT, place=self._place)
        if isinstance(error, OSError):
            return LinkLost(Cause.DEVICE_RESET, place=self._place)
        return LinkLost(Cause.MALFORMED_ANSWER, place=self._place)


def _opened(answer: Reader, service: Service) -> Reader:
    """Step over type and header of an answer.

    Raises:
        Fault: when it says that the request was refused.
        MalformedAnswer: when it is the answer to something else.
    """
    _, kind = answer.node_id()
    answer.skip(12)
    status = answer.u32()
    answer.skip_diagnostic()
    for _ in range(answer.length()):
        answer.raw_text()
    answer.extension()
    if status >> 30 >= 2 or kind == SERVICE_FAULT:
        raise Fault(status or 0x8000_0000)
    if kind != service + 3:
        raise MalformedAnswer(f"the answer has the type {kind}")
    return answer
