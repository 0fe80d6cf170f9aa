// An OPC UA server of another make (node-opcua) for tests/drivers/test_opcua_peer.py. Prints its port when it is ready.
"use strict";
const { OPCUAServer, Variant, DataType, StatusCodes, DataValue, VariantArrayType, MessageSecurityMode, SecurityPolicy,
  OPCUACertificateManager, coerceLocalizedText } = require("node-opcua");

const folder = process.argv[2];
const onlySigned = process.argv[3] === "signed";
const most = Number(process.argv[4] || 0);

(async () => {
  const certificates = new OPCUACertificateManager({ rootFolder: folder, automaticallyAcceptUnknownCertificate: true });
  await certificates.initialize();
  const server = new OPCUAServer({
    port: 0,
    host: "127.0.0.1",
    hostname: "127.0.0.1",
    resourcePath: "/peer",
    serverCertificateManager: certificates,
    securityModes: onlySigned ? [MessageSecurityMode.Sign] : [MessageSecurityMode.None, MessageSecurityMode.Sign],
    securityPolicies: onlySigned ? [SecurityPolicy.Basic256Sha256] : [SecurityPolicy.None, SecurityPolicy.Basic256Sha256],
    allowAnonymous: true,
    userManager: { isValidUser: (user, password) => user === "hmi" && password === "pässword" },
    serverCapabilities: {
      operationLimits: { maxNodesPerRead: most, maxMonitoredItemsPerCall: most, maxNodesPerWrite: 0, maxNodesPerBrowse: 0 },
    },
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  const own = space.getOwnNamespace();
  const line = own.addObject({ organizedBy: space.rootFolder.objects, browseName: "Line" });
  const add = (name, dataType, value, more = {}) =>
    own.addVariable({ componentOf: line, browseName: name, nodeId: `s=${name}`, dataType: DataType[dataType] ,
      value: { dataType: DataType[dataType], arrayType: VariantArrayType.Scalar, value }, minimumSamplingInterval: 10, ...more });
  add("Bool", "Boolean", true);
  add("SByte", "SByte", -128);
  add("Byte", "Byte", 255);
  add("Int16", "Int16", -32768);
  add("UInt16", "UInt16", 65535);
  add("Int32", "Int32", -2147483648);
  add("UInt32", "UInt32", 4294967295);
  add("Int64", "Int64", [0x80000000, 1]);
  add("UInt64", "UInt64", [0xffffffff, 0xfffffffe]);
  add("Float", "Float", 2.5);
  add("Double", "Double", 1.7976931348623157e308);
  add("String", "String", "明线 Grüße");
  add("Time", "DateTime", new Date(Date.UTC(2026, 2, 1, 12, 0, 0, 250)));
  add("Words", "LocalizedText", coerceLocalizedText("hello"));
  add("Array", "Double", [1, 2, 3], { value: { dataType: DataType.Double, arrayType: VariantArrayType.Array, value: new Float64Array([1, 2, 3]) }, valueRank: 1 });
  add("Null", "String", null);
  const states = own.addEnumerationType({ browseName: "States", enumeration: ["Stopped", "Running", "Held"] });
  own.addVariable({ componentOf: line, browseName: "Enum", nodeId: "s=Enum", dataType: states.nodeId,
    value: { dataType: DataType.Int32, value: 2 } });
  const cell = add("Cell", "UInt16", 1);
  const told = add("Told", "Double", 5);
  const set = (value, status) => told.setValueFromSource({ dataType: DataType.Double, value }, status, new Date(1.23e12));
  cell.on("value_changed", (data) => {
    const codes = [StatusCodes.Good, StatusCodes.UncertainSensorNotAccurate, StatusCodes.BadSensorFailure,
      StatusCodes.BadNotConnected];
    set(data.value.value, codes[data.value.value % 4]);
  });
  own.addVariable({ componentOf: line, browseName: "Hidden", nodeId: "s=Hidden", dataType: DataType.Double,
    accessLevel: "CurrentWrite", userAccessLevel: "CurrentWrite", value: { dataType: DataType.Double, value: 1 } });
  const counter = add("Count", "Int32", 0, { minimumSamplingInterval: 0 }); // told at each change, not looked at by a timer
  let count = 0;
  setInterval(() => counter.setValueFromSource({ dataType: DataType.Int32, value: ++count }), 50);
  for (let number = 0; number < 300; number++) add(`N${number}`, "Double", number);
  await server.start();
  const at = server.endpoints[0];
  console.log(`port ${at.port} namespace ${own.index}`);
})().catch((error) => { console.error(error); process.exit(1); });
