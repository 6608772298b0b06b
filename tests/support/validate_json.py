#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# validate_json.py SCHEMA: each line of stdin against the schema; what is wrong is said, and then the exit code is 1.
import json
import sys

import jsonschema

schema = json.load(open(sys.argv[1], encoding="utf-8"))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
wrong = lines = 0
for number, line in enumerate(sys.stdin, 1):
    lines += 1
    for error in validator.iter_errors(json.loads(line)):
        print(f"line {number}: {error.json_path}: {error.message}")
        wrong += 1
print(f"{lines} lines")
sys.exit(1 if wrong else 0)
