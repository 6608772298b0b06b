#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""validate_shape.py FORMAT FILE [VALIDATORS]: the file against what readers of that format demand.

Always against a schema of our own, in tests/support/schemas, written from the published facts; and against the format's own schema or
a reader of it where tools/validators has fetched one into VALIDATORS. Says which; what is wrong is said, and then the exit code is 1.
"""
import html.parser
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import jsonschema

SCHEMAS = pathlib.Path(__file__).resolve().parent / "schemas"
wrong: list[str] = []
checked: list[str] = []
unchecked: list[str] = []


def demand(holds: bool, words: str) -> None:
    if not holds:
        wrong.append(words)


def against(schema: dict, value, name: str) -> None:
    validator = jsonschema.validators.validator_for(schema)(schema)
    for error in validator.iter_errors(value):
        wrong.append(f"{name}: {error.json_path}: {error.message[:300]}")


def own(name: str) -> dict:
    checked.append(f"our own {name}")
    return json.loads((SCHEMAS / name).read_text())


def lines(text: str) -> list:
    demand(text.endswith("\n"), "the last line is not ended")
    return [json.loads(line) for line in text.splitlines()]


def node(validators: pathlib.Path, package: str, script: str, text: str):
    """What the script prints, as JSON; None where the package is not there."""
    if not (validators / "node_modules" / package).is_dir():
        unchecked.append(f"npm {package}")
        return None
    checked.append(f"npm {package}")
    ran = subprocess.run(["node", "-e", script], input=text, capture_output=True, text=True, cwd=validators, check=True)
    return json.loads(ran.stdout)


def check_sarif(text: str, validators: pathlib.Path) -> None:
    log = json.loads(text)
    against(own("sarif_for_github.json"), log, "GitHub's demands")
    folder = validators / "node_modules/@microsoft/sarif-multitool-linux"
    if not folder.is_dir():
        unchecked.append("npm @microsoft/sarif-multitool-linux")
        return
    checked.append("npm @microsoft/sarif-multitool-linux: schema and validator")
    against(json.loads((folder / "sarif-2.1.0.json").read_text(encoding="utf-8-sig")), log, "SARIF 2.1.0")
    with tempfile.TemporaryDirectory(prefix="recipe-sarif-") as scratch:
        path = pathlib.Path(scratch) / "log.sarif"
        path.write_text(text)
        # It asks each address whether it is there: not from here.
        offline = ["unshare", "-rn"] if subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode == 0 else []
        found = path.with_name("found.sarif")
        subprocess.run(offline + [str(folder / "Sarif.Multitool"), "validate", str(path), "--rule-kind", "Sarif;Ghas", "--level",
                                  "Error", "--output", str(found), "--log", "ForceOverwrite"], capture_output=True, check=True)
        report = json.loads(found.read_text(encoding="utf-8-sig"))
        demand(any(run["invocations"] for run in report["runs"]), "the validator did not run")
        for run in report["runs"]:
            for result in run.get("results", []):
                if result.get("level") == "error":
                    wrong.append(f"{result['ruleId']}: {result['message']}")


def flatten(value, path: str, out: dict) -> dict:
    if isinstance(value, dict):
        for name, inner in value.items():
            flatten(inner, f"{path}.{name}" if path else name, out)
    else:
        out[path] = value
    return out


ECS_TYPES = {"long": int, "integer": int, "float": (int, float), "boolean": bool}


def check_ecs(text: str, validators: pathlib.Path) -> None:
    documents = lines(text)
    for each in documents:
        against(own("ecs.json"), each, "ECS")
    fields = node(validators, "@elastic/ecs",
                  "const {EcsFlat} = require('@elastic/ecs'); const out = {}; for (const [name, field] of Object.entries(EcsFlat))"
                  " out[name] = {type: field.type, values: (field.allowed_values || []).map(v => v.name),"
                  " normalize: field.normalize}; console.log(JSON.stringify(out))", "")
    for document in documents if fields else []:
        for name, value in flatten(document, "", {}).items():
            if name.startswith("labels."):
                demand(isinstance(value, str), f"{name}: a label is a text")
                continue
            if name not in fields:
                wrong.append(f"ECS has no field {name}")
                continue
            field = fields[name]
            values = value if isinstance(value, list) else [value]
            demand("array" not in field["normalize"] or isinstance(value, list), f"{name} is a list")
            kind = ECS_TYPES.get(field["type"], str)
            demand(all(isinstance(each, kind) for each in values), f"{name} is of type {field['type']}: {value!r}")
            if field["values"]:
                demand(all(each in field["values"] for each in values), f"{name}: {value!r} is none of {field['values']}")


def check_cef(text: str, validators: pathlib.Path) -> None:
    checked.append("RFC 5424 and CEF by our own patterns")
    rows = text.splitlines()
    head = re.compile(r"<(\d{1,3})>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}Z [!-~]{1,255} [!-~]{1,48} [!-~]{1,128} [!-~]{1,32} - ")
    cef = re.compile(r"CEF:0((?:\|(?:[^|\\]|\\[|\\])*){6})\|(.*)$")
    for row in rows:
        demand(not re.search(r"[\x00-\x1f\x7f]", row), f"a control character in {row!r}")
        matched = head.match(row)
        if not matched:
            wrong.append(f"no syslog head: {row[:120]!r}")
            continue
        demand(int(matched[1]) <= 191, f"no priority: {matched[1]}")
        body = cef.match(row[matched.end():])
        if not body:
            wrong.append(f"no CEF: {row[matched.end():][:120]!r}")
            continue
        severity = body[1].rsplit("|", 1)[1]
        demand(severity.isdigit() and int(severity) <= 10, f"severity {severity}")
        values = re.split(r"(?:^| )([A-Za-z0-9_]+)=", body[2])
        demand(values[0] == "", f"the extension begins with {values[0]!r}")
        for value in values[2::2]:
            demand(not re.search(r"(?<!\\)(?:\\\\)*=", value), f"an = that is not escaped: {value!r}")
    # This reader guesses: brackets and quotes anywhere are structured data to it. Shown to it are the escapes, not these.
    parsed = node(validators, "nsyslog-parser",
                  "const parse = require('nsyslog-parser'); console.log(JSON.stringify(require('fs').readFileSync(0, 'utf8')"
                  ".trim().split('\\n').map(line => parse(line))))", re.sub(r"[^\nA-Za-z0-9<>|=\\ .:/_-]", "", text))
    for row, each in zip(rows, parsed or []):
        if each.get("type") != "CEF" or each.get("appName") != "reciped" or "cef" not in each:
            wrong.append(f"not read as CEF: {row!r}: {each!r}")
            continue
        demand(each["cef"]["deviceVendor"] == "Recipe" and "rt" in each["fields"], f"fields of {row[:120]!r}")


def check_junit(path: pathlib.Path) -> None:
    checked.append("our own junit.xsd (xmllint)")
    ran = subprocess.run(["xmllint", "--noout", "--nonet", "--schema", str(SCHEMAS / "junit.xsd"), str(path)], capture_output=True, text=True)
    demand(ran.returncode == 0, ran.stderr)
    try:
        import junitparser
    except ImportError:
        unchecked.append("Debian python3-junitparser")
        return
    checked.append("Debian python3-junitparser")
    suites = list(junitparser.JUnitXml.fromfile(str(path)))
    demand(sum(suite.tests for suite in suites) == sum(len(list(suite)) for suite in suites), "the number of tests is not that of cases")


def check_github(text: str) -> None:
    checked.append("workflow commands by our own reading of the runner")
    command = re.compile(r"::(error|warning|notice) ([^:]*)::([^\r\n]*)$")
    kinds: dict[str, int] = {}
    for row in text.splitlines():
        matched = command.match(row)
        if not matched:
            wrong.append(f"no command: {row[:120]!r}")
            continue
        kinds[matched[1]] = kinds.get(matched[1], 0) + 1
        for each in matched[2].split(","):
            demand(re.fullmatch(r"(title|file|line|endLine|col|endColumn)=[^:,\r\n]*", each) is not None, f"property {each!r}")
        demand(re.search(r"%(?!25|0D|0A)", matched[3]) is None, f"a % that is not escaped: {matched[3]!r}")
    demand(all(count <= 10 for count in kinds.values()), f"more than 10 of a kind: {kinds}")


def check_summary(text: str) -> None:
    demand(len(text.encode()) <= 1 << 20, "more than 1 MiB")
    try:
        page = subprocess.run(["cmark-gfm", "--unsafe", "-e", "autolink", "-e", "table", "-e", "strikethrough"], input=text,
                              capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        unchecked.append("Debian cmark-gfm")
        page = text
    else:
        checked.append("Debian cmark-gfm")
    tags = set(re.findall(r"<([A-Za-z][A-Za-z0-9]*)[^>]*>", page))
    ours = {"code", "details", "h2", "li", "p", "strong", "summary", "table", "tbody", "td", "th", "thead", "tr", "ul"}
    demand(tags <= ours, f"HTML that is not ours: {sorted(tags - ours)}")
    checked.append("our own list of what a summary is made of")


def check_html(text: str) -> None:
    """The data of the report: plain JSON of plain characters, of the shipped schema, that nothing in it can end."""
    checked.append("runtime/report/detection.schema.json")
    found = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    demand(len(found) == 1, f"{len(found)} elements of data")
    demand(all(re.search(r"[^\n\x20-\x7e]|[<>&]", data) is None for data in found), "data that HTML could act upon")
    schema = json.loads((SCHEMAS.parents[2] / "runtime/report/detection.schema.json").read_text())
    for data in map(json.loads, found):
        demand(data["format"] == 1, "another format")
        for each in data["coverages"]:
            against({**schema, "oneOf": [{"$ref": "#/$defs/coverage"}]}, {"coverage": each}, "coverage")
        for each in data["detections"]:
            against({**schema, "oneOf": [{"$ref": "#/$defs/detection"}]}, {"status": "stable", **each}, "detection")
    tags: list[str] = []
    parser = html.parser.HTMLParser()
    parser.handle_starttag = lambda tag, attributes: tags.append(tag)
    parser.feed(text)
    ours = {"html", "head", "meta", "style", "title", "body", "main", "div", "script", "h1", "p", "ul", "li", "table", "thead", "tbody", "tr", "th", "td"}
    demand(set(tags) <= ours, f"HTML that is not ours: {sorted(set(tags) - ours)}")


def main() -> int:
    form, path = sys.argv[1], pathlib.Path(sys.argv[2])
    validators = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else pathlib.Path("/nonexistent")
    text = path.read_text(encoding="utf-8")  # no other bytes leave
    if form == "sarif":
        check_sarif(text, validators)
    elif form == "ecs":
        check_ecs(text, validators)
    elif form == "cef":
        check_cef(text, validators)
    elif form == "junit":
        check_junit(path)
    elif form == "github":
        check_github(text)
    elif form == "html":
        check_html(text)
    elif form == "summary":
        check_summary(text)
    elif form == "gitlab":
        against(own("gitlab_code_quality.json"), json.loads(text), "GitLab")
        prints = [each["fingerprint"] for each in json.loads(text)]
        demand(len(prints) == len(set(prints)), "a fingerprint is there twice: GitLab shows one of them")
    elif form in ("ocsf", "falco", "in-toto"):
        schema = own(f"{form.replace('-', '_')}.json")
        for each in lines(text):
            against(schema, each, form)
    else:
        print(f"no such format: {form}")
        return 3
    for words in wrong:
        print(words)
    print("checked against: " + ", ".join(dict.fromkeys(checked)))
    if unchecked:
        print("NOT checked against, because tools/validators or tools/setup has not fetched it: " + ", ".join(dict.fromkeys(unchecked)))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
