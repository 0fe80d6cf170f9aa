"""OPC UA: node ids, device URLs and options."""

import msgspec
import pytest

from hmi.model.devices import PROTOCOLS, PROTOCOLS_BY_SCHEME
from hmi.model.devices.opcua import IdKind, OpcUaOptions, host_and_port, options_of_url, parse_address
from hmi.model.errors import AddressError
from hmi.model.tag import DataType

OPTIONS = OpcUaOptions(endpoint="opc.tcp://127.0.0.1/x")


@pytest.mark.parametrize(
    ("address", "namespace", "kind", "identifier", "canonical"),
    [
        ("ns=1;s=Name", 1, IdKind.TEXT, "Name", "ns=1;s=Name"),
        ("s=Line.Speed", 0, IdKind.TEXT, "Line.Speed", "s=Line.Speed"),
        ("ns=0;i=2258", 0, IdKind.NUMBER, 2258, "i=2258"),
        ("ns=02;i=007", 2, IdKind.NUMBER, 7, "ns=2;i=7"),
        ('ns=3;s="DB"."a;b=c"', 3, IdKind.TEXT, '"DB"."a;b=c"', 'ns=3;s="DB"."a;b=c"'),
        ("ns=4;s=温度 1", 4, IdKind.TEXT, "温度 1", "ns=4;s=温度 1"),
        ("ns=1;b=AQID", 1, IdKind.BYTES, b"\1\2\3", "ns=1;b=AQID"),
    ],
)
def test_that_a_node_id_is_read(address, namespace, kind, identifier, canonical):
    point = parse_address(address, DataType.INT64, OPTIONS)
    assert (point.namespace, point.kind, point.identifier, point.canonical) == (namespace, kind, identifier, canonical)
    assert parse_address(point.canonical, DataType.INT64, OPTIONS) == point


def test_that_a_guid_has_the_bytes_of_the_wire():
    point = parse_address("ns=2;g=72962B91-FA75-4AE6-8D28-B404DC7DAF63", None, OPTIONS)
    assert point.identifier == bytes.fromhex("912b967275fae64a8d28b404dc7daf63")  # OPC UA part 6, 5.1.3
    assert point.data_type is DataType.FLOAT64


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("", "unreadable"), ("hr100", "unreadable"), ("ns=1;x=5", "unreadable"), ("ns=1;s=", "unreadable"),
        ("ns=70000;s=a", "namespace"), ("ns=1;i=-1", "identifier"), ("ns=1;i=4294967296", "identifier"),
        ("ns=1;i=x", "identifier"), ("ns=1;g=12", "identifier"), ("ns=1;b=!!", "identifier"),
        ("ns=1;s=" + "x" * 5000, "identifier"), ("ns=1;s=a\x07", "identifier"),
    ],
)  # fmt: skip
def test_that_a_wrong_node_id_is_refused_by_name(address, code):
    with pytest.raises(AddressError) as caught:
        parse_address(address, None, OPTIONS)
    assert caught.value.reason.code == f"opcua.address.{code}"


def test_that_bcd_is_refused():
    with pytest.raises(AddressError):
        parse_address("ns=1;s=a", DataType.BCD16, OPTIONS)


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("opc.tcp://10.0.0.5:4841/plc/a", {"endpoint": "opc.tcp://10.0.0.5:4841/plc/a"}),
        ("OPC.TCP://plc-1.line", {"endpoint": "opc.tcp://plc-1.line:4840"}),
        (
            "opc.tcp://[::1]/?mode=poll&max_nodes=5",
            {"endpoint": "opc.tcp://[::1]:4840/", "mode": "poll", "max_nodes": 5},
        ),
    ],
)  # fmt: skip
def test_that_a_url_is_read(url, options):
    assert options_of_url(url) == msgspec.convert(options, OpcUaOptions)


def test_that_host_and_port_are_found():
    assert host_and_port("opc.tcp://[::1]:48400/x") == ("::1", 48400)
    assert host_and_port("opc.tcp://plc") == ("plc", 4840)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("opc.tcp://user:geheim@host/x", "password"), ("opc.tcp://host:99999/", "unreadable"),
        ("http://host", "scheme"),
        ("opc.tcp://", "host"), ("opc.tcp://192.168.0.256", "host"), ("opc.tcp://host?speed=1", "option_unknown"),
        ("opc.tcp://host?request_ms=1", "option_value"), ("opc.tcp://host?mode=never", "option_value"),
        ("opc.tcp://host:0/x", "host"), ("opc.tcp://h o/x", "unreadable"),
    ],
)  # fmt: skip
def test_that_a_wrong_url_is_refused_by_name_and_never_repeats_a_password(url, code):
    with pytest.raises(AddressError) as caught:
        options_of_url(url)
    assert caught.value.reason.code == f"opcua.url.{code}"
    assert "geheim" not in str(caught.value)


def test_that_the_protocol_is_found_by_name_and_by_scheme():
    assert PROTOCOLS["opcua"] is PROTOCOLS_BY_SCHEME["opc.tcp"]
    assert PROTOCOLS_BY_SCHEME["modbus-tcp"] is PROTOCOLS["modbus-tcp"]


def test_that_the_evidence_of_a_device_is_read_as_whole_numbers():
    spec = PROTOCOLS["opcua"]
    assert spec.parse_address("ns=1;s=Beat", spec.evidence_type, OPTIONS).data_type is DataType.INT64
