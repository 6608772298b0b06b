// SPDX-License-Identifier: Apache-2.0
// node read_otlp.js VALIDATORS: an OTLP request in JSON on stdin, through the protocol's published definition into its binary form and
// back, to stdout. What the definition does not know, or knows as another type, does not come back the same.
const path = require('path');
const root = require(path.join(process.argv[2], 'node_modules/@opentelemetry/otlp-transformer/build/src/generated/root.js'));
const Request = root.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
const request = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const read = Request.decode(Request.encode(Request.fromObject(request)).finish());
process.stdout.write(JSON.stringify(Request.toObject(read, { longs: String, enums: Number })));
