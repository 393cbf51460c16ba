// SPDX-License-Identifier: MIT
// A server of the VPC service by the libraries of others, for the driver to speak to: connect-node, which takes Connect
// (JSON and binary) and gRPC alike. usage: server.mjs DESCRIPTORS [--http1 | --h2c] [--no-json]; prints its URL.
import { createRegistryFromDescriptors } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import * as fs from "node:fs";
import * as http from "node:http";
import * as http2 from "node:http2";

const types = createRegistryFromDescriptors(fs.readFileSync(process.argv[2]));
const flags = process.argv.slice(3);
const service = types.findService("coreweave.networking.v1beta1.VPCService");
const VPC = types.findMessage("coreweave.networking.v1beta1.VPC");
const ResourceInfo = types.findMessage("google.rpc.ResourceInfo");
const BadRequest = types.findMessage("google.rpc.BadRequest");
const vpcs = new Map();

function make(fields) {
  const now = new Date().toISOString();
  const vpc = { id: crypto.randomUUID(), status: "STATUS_READY", createdAt: now, updatedAt: now, ...fields };
  vpcs.set(vpc.id, vpc);
  return vpc;
}

function find(id) {
  if (vpcs.has(id)) return vpcs.get(id);
  throw new ConnectError(`VPC "${id}" not found`, Code.NotFound, undefined, [
    new ResourceInfo({ resourceType: "VPC", resourceName: id, description: "no such VPC" }),
  ]);
}

function refuse(field, description) {
  throw new ConnectError("validation error", Code.InvalidArgument, undefined, [
    BadRequest.fromJson({ fieldViolations: [{ field, description }] }),
  ]);
}

const message = (vpc) => VPC.fromJson(vpc);

function check(vpc) {
  for (const [i, prefix] of (vpc.vpcPrefixes ?? []).entries())
    if (!/\/\d+$/.test(prefix.value ?? "")) refuse(`vpc_prefixes[${i}].value`, "must be a valid IP prefix");
}

function update(request) {
  const vpc = find(request.id);
  const sent = request.toJson();
  const changed = structuredClone(vpc);
  for (const path of request.updateMask?.paths ?? []) {
    const steps = path.split(".").map((s) => s.replace(/_(.)/g, (_, c) => c.toUpperCase()));
    const last = steps.pop();
    let from = sent, to = changed;
    for (const step of steps) [from, to] = [from?.[step], (to[step] ??= {})];
    if (from?.[last] === undefined) delete to[last];
    else to[last] = from[last];
  }
  check(changed);
  changed.updatedAt = new Date().toISOString();
  vpcs.set(vpc.id, changed);
  return { vpc: message(changed) };
}

function implementation() {
  return {
    listVPCs: () => ({ items: [...vpcs.values()].map(message) }),
    getVPC: (request) => ({ vpc: message(find(request.id)) }),
    createVPC: (request) => {
      const { id, ...fields } = request.toJson();
      check(fields);
      if ([...vpcs.values()].some((vpc) => vpc.name === fields.name))
        throw new ConnectError("the name is taken", Code.AlreadyExists);
      return { vpc: message(make(fields)) };
    },
    updateVPC: update,
    deleteVPC: (request) => {
      const vpc = find(request.id);
      vpcs.delete(vpc.id);
      return { vpc: message({ ...vpc, status: "STATUS_DELETING" }) };
    },
  };
}

make({ name: "prod", zone: "US-EAST-04A", vpcPrefixes: [{ name: "pod cidr", value: "10.0.0.0/13" }],
  hostPrefixes: [{ name: "host primary", type: "PRIMARY", prefixes: ["10.16.192.0/18"] }],
  ingress: {}, egress: { disablePublicAccess: true }, dhcp: { dns: { servers: ["1.1.1.1"] } } });
make({ name: "plain", zone: "US-WEST-04A" });

const adapter = connectNodeAdapter({ routes: (router) => router.service(service, implementation()) });
const handler = (request, response) => {
  const refused = flags.includes("--no-json") && /json/.test(request.headers["content-type"] ?? "");
  console.error(`${request.httpVersion} ${request.method} ${request.url} ${request.headers["content-type"]} ${refused ? 415 : ""}`);
  if (request.headers.authorization !== "Bearer for-tests") return void response.writeHead(401).end();
  if (refused) return void response.writeHead(415, { "accept-post": "application/proto" }).end();
  adapter(request, response);
};
const server = flags.includes("--h2c") ? http2.createServer(handler) : http.createServer(handler);
server.listen(0, "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
