// SPDX-License-Identifier: MIT
// Calls of the service by clients of the npm registry, as told on standard input, a line of JSON each:
//   {"client":"connect-node binary","url":"http://...","token":"...","method":"GetVPC","request":{...}}
// and what each said, a line of JSON on standard output: {"message":{...}}, or
//   {"code":"not_found","text":"...","details":[["google.rpc.ResourceInfo",{...}]]}
// speak.mjs IMAGE FOLDER: the schema as a FileDescriptorSet, and where its .proto files are.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { createRegistryFromDescriptors } from "@bufbuild/protobuf";
import { Code, ConnectError, createPromiseClient } from "@connectrpc/connect";
import * as connectNode from "@connectrpc/connect-node";
import * as grpc from "@grpc/grpc-js";
import * as protoLoader from "@grpc/proto-loader";

const SERVICE = "coreweave.networking.v1beta1.VPCService";
const image = readFileSync(process.argv[2]);
const types = createRegistryFromDescriptors(image);
const service = types.findService(SERVICE);

const transports = {
  "connect-node json": (o) => connectNode.createConnectTransport({ ...o, httpVersion: "1.1", useBinaryFormat: false }),
  "connect-node binary": (o) => connectNode.createConnectTransport({ ...o, httpVersion: "1.1", useBinaryFormat: true }),
  "connect-node grpc-web": (o) => connectNode.createGrpcWebTransport({ ...o, httpVersion: "1.1" }),
  "connect-node grpc": (o) => connectNode.createGrpcTransport({ ...o, httpVersion: "2" }),
};

function nameOf(code) {
  const name = Code[code].replace(/[A-Z]/g, (letter) => "_" + letter.toLowerCase());
  return name.slice(1);
}

function detailOf(type, bytes) {
  return [type, types.findMessage(type).fromBinary(bytes).toJson()];
}

async function callConnect(ask) {
  const bearer = (next) => (request) => {
    if (ask.token) request.header.set("Authorization", `Bearer ${ask.token}`);
    return next(request);
  };
  const transport = transports[ask.client]({ baseUrl: ask.url, interceptors: [bearer] });
  const name = ask.method[0].toLowerCase() + ask.method.slice(1);
  const request = service.methods[name].I.fromJson(ask.request);
  try {
    const message = await createPromiseClient(service, transport)[name](request);
    return { message: message.toJson() };
  } catch (err) {
    const error = ConnectError.from(err);
    return {
      code: nameOf(error.code),
      text: error.rawMessage,
      details: error.details.map((one) => detailOf(one.type, one.value)),
    };
  }
}

// What proto-loader calls a message: as ProtoJSON, but for the mask.
function maskOf(text) {
  return { paths: text.split(",").map((path) => path.replace(/[A-Z]/g, (c) => "_" + c.toLowerCase())) };
}

const definition = protoLoader.loadSync("coreweave/networking/v1beta1/vpc.proto", {
  includeDirs: [process.argv[3]],
  enums: String,
});
const stubs = new Map();

function stubOf(url) {
  if (!stubs.has(url)) {
    const { VPCService } = grpc.loadPackageDefinition(definition).coreweave.networking.v1beta1;
    stubs.set(url, new VPCService(new URL(url).host, grpc.credentials.createInsecure()));
  }
  return stubs.get(url);
}

function callGrpcJs(ask) {
  const metadata = new grpc.Metadata();
  const { updateMask, ...request } = ask.request;
  if (ask.token) metadata.set("authorization", `Bearer ${ask.token}`);
  if (updateMask !== undefined) request.updateMask = maskOf(updateMask);
  return new Promise((resolve) => {
    stubOf(ask.url)[ask.method](request, metadata, (err, message) => {
      if (!err) {
        resolve({ message });
        return;
      }
      const [bytes] = err.metadata.get("grpc-status-details-bin");
      const status = bytes ? types.findMessage("google.rpc.Status").fromBinary(bytes) : { details: [] };
      resolve({
        code: grpc.status[err.code].toLowerCase(),
        text: err.details,
        details: status.details.map((any) => detailOf(any.typeUrl.split("/").pop(), any.value)),
      });
    });
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  const ask = JSON.parse(line);
  const said = await (ask.client === "grpc-js" ? callGrpcJs(ask) : callConnect(ask));
  process.stdout.write(JSON.stringify(said) + "\n");
}
process.exit(0);
