#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""action.yml, gitlab.yml, Jenkinsfile and their scripts, executed as the runners do, over the real reciped, installed by `cmake --install`.

  tests/ci/action_test.py --build BUILD

Of GitHub the files and variables that a runner gives are simulated; the shell lines are the action's own. Exit code: 0, 1 a check
failed, 77 what needs root and BPF could not be run (all else was).
"""
import argparse
import html
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
SECONDS = 120
failures = []


def check(truth: bool, what: str) -> None:
    if not truth:
        failures.append(what)
        print(f"FAILED: {what}", file=sys.stderr)


class Run:
    """One use of the action in a job: its steps' shell lines, with what a runner sets around them."""

    def __init__(self, action: dict, folder: pathlib.Path, **inputs: str):
        self.action, self.folder = action, folder
        declared = action["inputs"]
        unknown = set(inputs) - set(declared)
        assert not unknown, unknown
        self.inputs = {name: str(inputs.get(name, row.get("default", ""))) for name, row in declared.items()}
        self.outputs: dict[str, dict[str, str]] = {}
        self.uses: list[dict] = []
        self.code, self.said, self.shown = 0, "", ""
        for name in ("workspace", "temp", "files"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.summary = folder / "files" / "summary.md"

    def value(self, expression: str) -> str:
        parts = expression.split(".")
        if parts[0] == "inputs":
            return self.inputs[parts[1]]
        assert parts[0] == "steps" and parts[2] == "outputs", expression
        return self.outputs.get(parts[1], {}).get(parts[3], "")

    def filled(self, text: str) -> str:
        return EXPRESSION.sub(lambda match: self.value(match.group(1)), str(text))

    def wanted(self, condition: str) -> bool:
        for term in EXPRESSION.fullmatch(condition).group(1).split(" && "):
            if term == "always()":
                continue
            name, comparison, literal = term.split(" ", 2)
            if (self.value(name) == literal.strip("'")) != (comparison == "=="):
                return False
        return True

    def go(self, **environment: str) -> "Run":
        for number, step in enumerate(self.action["runs"]["steps"]):
            condition = step.get("if")
            if (condition is None and self.code != 0) or (condition is not None and not self.wanted(condition)):
                continue
            if "uses" in step:
                self.uses.append({"uses": step["uses"], "with": {key: self.filled(text) for key, text in step["with"].items()}})
                continue
            assert step["shell"] == "bash"
            output = self.folder / "files" / f"output_{number}"
            output.touch()
            self.summary.touch()
            script = self.folder / "temp" / f"step_{number}.sh"
            script.write_text(step["run"])
            env = {
                "PATH": os.environ["PATH"], "HOME": str(self.folder), "CI": "true", "GITHUB_ACTIONS": "true",
                "GITHUB_ACTION_PATH": str(ROOT), "GITHUB_WORKSPACE": str(self.folder / "workspace"),
                "GITHUB_STEP_SUMMARY": str(self.summary), "GITHUB_OUTPUT": str(output),
                "GITHUB_ENV": str(self.folder / "files" / "env"), "RUNNER_TEMP": str(self.folder / "temp"),
                "GITHUB_WORKFLOW_REF": "o/r/.github/workflows/ci.yml@refs/heads/main", "GITHUB_SERVER_URL": "https://github.com",
                "GITHUB_REPOSITORY": "o/r", "GITHUB_SHA": "a" * 40, "GITHUB_RUN_ID": "1", "GITHUB_RUN_ATTEMPT": "1",
                **{name: self.filled(text) for name, text in step.get("env", {}).items()}, **environment}
            ran = subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)], env=env, text=True, timeout=SECONDS,
                                 cwd=self.folder / "workspace", stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
            self.shown += ran.stdout
            self.said += ran.stderr
            self.code = self.code or ran.returncode
            rows = [line.partition("=") for line in output.read_text().splitlines()]
            self.outputs[step.get("id", str(number))] = {name: text for name, _, text in rows}
        return self

    @property
    def watch(self) -> dict[str, str]:
        return self.outputs.get("watch", {})


def check_safety(action: dict) -> None:
    """Inputs reach scripts through the environment only."""
    for step in action["runs"]["steps"]:
        check("${{" not in step.get("run", ""), f"no expression stands inside the script of `{step['name']}`")
        if "run" in step:
            named = re.findall(r"\$GITHUB_ACTION_PATH/(tools/ci/\w+)", step["run"])
            check(len(named) == 1 and os.access(ROOT / named[0], os.X_OK), f"`{step['name']}` calls a script of tools/ci")
    used = set(re.findall(r"inputs\.([\w-]+)", (ROOT / "action.yml").read_text()))
    check(used == set(action["inputs"]), f"every input is used, and every one that is used is declared: {used ^ set(action['inputs'])}")
    for name, row in action["outputs"].items():
        check(row["value"] == "${{ steps.watch.outputs.%s }}" % name, f"output {name} is the watch's")


def check_install(action: dict, scratch: pathlib.Path, prefix: pathlib.Path) -> None:
    for path in ("bin/reciped", "bin/recipec", "share/recipe/rules/README.md", "share/recipe/ci/watch", "share/recipe/ci/install",
                 "share/bash-completion/completions/recipec", "share/zsh/site-functions/_recipec", "share/man/man1/recipec.1",
                 "share/man/man8/reciped.8", "lib/systemd/system/reciped.service"):
        check((prefix / path).exists(), f"cmake --install brings {path}")
    unit = (prefix / "lib/systemd/system/reciped.service").read_text()
    check(f"ExecStart={prefix}/bin/reciped run --recipes {prefix}/share/recipe/rules" in unit, "the unit names the installed program")
    if shutil.which("systemd-analyze"):
        verified = subprocess.run(["systemd-analyze", "verify", "--man=no", str(prefix / "lib/systemd/system/reciped.service")],
                                  text=True, capture_output=True, timeout=SECONDS)
        check(verified.returncode == 0 and "reciped.service" not in verified.stderr, f"the unit is valid: {verified.stderr}")
    missing = Run(action, scratch / "missing", run="true", prefix=str(scratch / "no such place")).go()
    check(missing.code == 4 and "there is no" in missing.said and not missing.watch, "a prefix that is none is said, and nothing is run")
    broken = scratch / "broken"
    shutil.copytree(prefix, broken, symlinks=True)
    (broken / "share/recipe/rules/bad.recipe").write_text("recipe bad {\n")
    check(Run(action, scratch / "bad", run="true", prefix=str(broken)).go().code == 4, "recipes that do not compile are refused at once")


def check_usage(action: dict, scratch: pathlib.Path, prefix: pathlib.Path) -> None:
    """Wrong inputs end in 3 and run nothing, whatever they hold."""
    for number, inputs in enumerate(({"on-error": "$(touch pwned)"}, {"fail-on": "`touch pwned`"}, {"learn": "maybe; touch pwned"},
                                     {"report": "'; touch pwned; '"}, {"recipes": "$(touch pwned)"}, {"only": "\"; touch pwned"},
                                     {"working-directory": "$(touch pwned)"}, {"baseline": "$(touch pwned)"}, {"run": ""})):
        folder = scratch / f"usage_{number}"
        ran = Run(action, folder, **{"run": "touch ran", "report": "false", "prefix": str(prefix), **inputs}).go()
        left = [path.name for path in folder.rglob("*") if path.name in ("pwned", "ran")]
        check(ran.code == 3 and left == [], f"{inputs} is refused and nothing is run: {ran.code} {left} {ran.said}")
        check("recipe" in ran.said, f"{inputs}: what is wrong is said")


def check_watch(action: dict, scratch: pathlib.Path, prefix: pathlib.Path, report: str) -> None:
    def use(name: str, run: str, **inputs: str) -> Run:
        return Run(action, scratch / name, run=run, report=report, prefix=str(prefix), **inputs).go()

    clean = use("clean", "echo \"hello from $PWD\"\nprintenv RECIPE_RUN || echo unset\n")
    check(clean.code == 0, f"a clean step passes: {clean.said}")
    check(f"hello from {scratch}/clean/workspace" in clean.shown and "unset" in clean.shown, "the script runs in the workspace, its output is shown")
    check(clean.watch.get("exit-code") == "0" and clean.watch.get("detections") == "0" and clean.watch.get("new") == "", f"outputs: {clean.watch}")
    check(clean.watch.get("verdict") in ("complete", "partial"), "the verdict is an output")
    check("Nothing was detected" in clean.summary.read_text() and "Coverage" in clean.summary.read_text(), "the summary says so")
    results = pathlib.Path(clean.watch["results"])
    check((results / "report.html").exists() == (report == "true"), "the report is there where it was asked for")
    sarif = json.loads((results / "detections.sarif").read_text())
    check(sarif["runs"][0]["results"] == [], "SARIF without results")
    check([row["uses"].split("@")[0] for row in clean.uses] == ["github/codeql-action/upload-sarif", "actions/upload-artifact"], "both uploads follow")
    for row in clean.uses:
        path = row["with"].get("sarif_file", row["with"].get("path"))
        check(os.path.exists(path), f"{row['uses']} is given what exists: {path}")
    check(list((scratch / "clean" / "temp").glob("recipe-step.*")) == [], "the script's file is gone")

    found = use("found", "perl -e 'exit 0'\n")
    check(found.code == 1 and found.watch.get("exit-code") == "1", f"a critical detection fails the step: {found.code} {found.said}")
    check("::error " in found.shown and "code_on_the_fly" in html.unescape(found.summary.read_text()), "it is annotated and in the summary")
    check("file=.github/workflows/ci.yml" in found.shown, "the annotation points at the workflow")
    check(len(found.uses) == 2, "a step that failed uploads its results all the same")
    sarif = json.loads(pathlib.Path(found.watch["sarif"]).read_text())
    check(len(sarif["runs"][0]["results"]) == int(found.watch["detections"]) > 0, "SARIF holds as many results as there were detections")

    never = use("never", "perl -e 1", **{"fail-on": "never", "annotations": "false", "sarif": "false", "upload": "false"})
    check(never.code == 0 and "::error" not in never.shown and never.uses == [], f"never fails, annotates or uploads: {never.code}")
    check(use("own", "exit 7").code == 7, "the script's own exit code counts")
    check(use("pipe", "false | true").code == 1, "a pipe fails as in a step")
    words = use("words", "printf '%s\\n' \"$(echo 'a \"b\" $c')\" `echo d`\n")
    check(words.code == 0 and "a \"b\" $c\nd\n" in words.shown, "the script is what was written")

    folder = scratch / "base"
    learn = Run(action, folder, run="cat /etc/os-release >/dev/null", report=report, prefix=str(prefix), baseline="step.baseline", learn="true").go()
    baseline = folder / "workspace" / "step.baseline"
    check(learn.code == 0 and baseline.exists() and "exec /usr/bin/cat\n" in baseline.read_text(), f"learning writes the baseline: {learn.said}")
    again = Run(action, folder, run="cat /etc/os-release >/dev/null", report=report, prefix=str(prefix), baseline="step.baseline", **{"fail-on": "critical,new"}).go()
    check(again.code == 0 and again.watch.get("new") == "0", f"nothing is new: {again.code} {again.watch} {again.said}")
    new = Run(action, folder, run="cat /etc/os-release >/dev/null; sha256sum /dev/null", report=report, prefix=str(prefix), baseline="step.baseline", **{"fail-on": "critical,new"}).go()
    check(new.code == 1 and new.watch.get("new") == "1", f"a new program fails the step: {new.code} {new.watch}")
    check("sha256sum" in html.unescape(new.summary.read_text()) and "title=New against the baseline" in new.shown, "and is named")

    # Not root, and no sudo: never silently unwatched.
    for on_error, code in (("fail", 4), ("warn", 0)):
        folder = scratch / f"nobody_{on_error}"
        (folder / "temp").mkdir(parents=True)
        for path in (scratch, folder, folder / "temp"):
            os.chmod(path, 0o777)
        plain = {"PATH": os.environ["PATH"], "RUNNER_TEMP": str(folder / "temp"), "RECIPE_PREFIX": str(prefix), "RECIPE_RUN": "echo ran",
                 "RECIPE_ON_ERROR": on_error, "RECIPE_RESULTS": str(folder / "temp" / "results"), "GITHUB_STEP_SUMMARY": ""}
        left = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs",
                               str(prefix / "share/recipe/ci/watch")], env=plain, text=True, capture_output=True, timeout=SECONDS, cwd="/")
        check(left.returncode == code and ("ran\n" in left.stdout) == (code == 0), f"not root, on-error {on_error}: {left.returncode} {left.stderr}")
        check('"verdict":"none"' in (folder / "temp" / "results" / "detections.jsonl").read_text(), "the results say that nothing was watched")


def check_gitlab(scratch: pathlib.Path, prefix: pathlib.Path, report: str) -> None:
    job = yaml.safe_load((ROOT / "tools/ci/gitlab.yml").read_text())[".recipe-watch"]
    project = scratch / "gitlab"
    project.mkdir()
    env = {"PATH": os.environ["PATH"], "HOME": str(project), "GITLAB_CI": "true", "CI": "true", "CI_PROJECT_DIR": str(project),
           "CI_CONFIG_PATH": ".gitlab-ci.yml", "CI_SERVER_URL": "https://gitlab.com", **{name: str(text) for name, text in job["variables"].items()}}
    env.update(RECIPE_RESULTS=env["RECIPE_RESULTS"].replace("$CI_PROJECT_DIR", str(project)), RECIPE_PREFIX=str(prefix),
               RECIPE_RUN="perl -e 1", RECIPE_REPORT=report)
    ran = subprocess.run(["bash", "-eo", "pipefail", "-c", "\n".join(job["script"])], env=env, text=True, timeout=SECONDS, cwd=project, capture_output=True)
    check(ran.returncode == 1, f"GitLab: a critical detection fails the job: {ran.returncode} {ran.stderr}")
    for path in job["artifacts"]["reports"].values():
        check((project / path).stat().st_size > 0, f"GitLab: the report {path} is written")
    check(any("perl" in row["description"] for row in json.loads((project / "recipe-watch/gl-code-quality-report.json").read_text())), "GitLab: code quality names it")


def check_jenkins(scratch: pathlib.Path, prefix: pathlib.Path, report: str) -> None:
    """The stage's shell step, as Jenkins runs it: `sh -xe` in the workspace, with the variables that the file sets."""
    text = (ROOT / "tools/ci/Jenkinsfile").read_text()
    project = scratch / "jenkins"
    project.mkdir()
    env = {"PATH": os.environ["PATH"], "HOME": str(project), "WORKSPACE": str(project), "JENKINS_URL": "https://ci.example/",
           "BUILD_TAG": "jenkins-app-1", "JOB_NAME": "app"}
    for name, double, single in re.findall(r"^ {4}(\w+) = (?:\"([^\"]*)\"|'([^']*)')$", text, re.MULTILINE):
        env[name] = double.replace("${env.WORKSPACE}", str(project)) or single
    for row in re.findall(r"'(\w+=[^']*)'", text):
        name, _, value = row.partition("=")
        env[name] = value
    steps = re.findall(r"^\s*sh '([^']*)'$", text, re.MULTILINE)
    check(len(steps) == 1 and env["RECIPE_RUN"] == "make test", f"the Jenkinsfile has one shell step: {steps}")
    check(env["RECIPE_PREFIX"] == "/usr/local", "the Jenkinsfile says where Recipe is")
    env.update(RECIPE_PREFIX=str(prefix), RECIPE_REPORT=report)

    def step(does: str, **more: str) -> subprocess.CompletedProcess:
        (project / "Makefile").write_text(f"test:\n\t{does}\n")
        return subprocess.run(["sh", "-xe", "-c", steps[0]], env={**env, **more}, text=True, timeout=SECONDS, cwd=project, capture_output=True)

    learnt = step("true", RECIPE_LEARN="true")
    check(learnt.returncode == 0 and (project / env["RECIPE_BASELINE"]).exists(), f"Jenkins: the baseline is learnt: {learnt.stderr}")
    good, bad = step("true"), step("perl -e 1")
    check(good.returncode == 0, f"Jenkins: a quiet stage passes: {good.returncode} {good.stderr}")
    check(bad.returncode == 1, f"Jenkins: a critical detection fails the stage: {bad.returncode} {bad.stderr}")
    results = re.search(r"testResults: '([^']*)'", text).group(1)
    check("perl" in (project / results).read_text(), "Jenkins: the report that the file collects names it")
    kept = re.search(r"artifacts: '([^']*)'", text).group(1)
    check(kept.endswith("/**") and (project / kept[:-3] / "detections.jsonl").exists(), "Jenkins: the folder that the file keeps has the results")


def check_sudo(scratch: pathlib.Path, prefix: pathlib.Path) -> bool:
    """As a runner's user who may sudo: the script and its results are his, the watch is root's. The user and his right are files of this
    test's own, bound over /etc in mounts of its own. False: sudo is not installed."""
    if not shutil.which("sudo") or not shutil.which("setpriv"):
        return False
    base = scratch / "sudo"
    for name in ("home", "temp", "workspace", "files"):
        (base / name).mkdir(parents=True)
    user, number = "recipe_runner", 4711
    for name, line in (("passwd", f"{user}:x:{number}:{number}::{base}/home:/bin/bash"), ("group", f"{user}:x:{number}:"),
                       ("shadow", f"{user}:*:20000:0:99999:7:::")):
        (base / name).write_text(pathlib.Path("/etc", name).read_text() + line + "\n")
    (base / "sudoers").write_text(f"Defaults env_reset\nDefaults secure_path=/usr/sbin:/usr/bin:/sbin:/bin\nroot ALL=(ALL) ALL\n"
                                  f"{user} ALL=(ALL) NOPASSWD: ALL\n")
    (base / "sudoers").chmod(0o440)
    (base / "shadow").chmod(0o640)
    summary, output = base / "files/summary.md", base / "files/output"
    for path in (summary, output):
        path.touch()
    for path in base.rglob("*"):
        if path.name not in ("passwd", "group", "shadow", "sudoers"):
            os.chown(path, number, number)
    for folder in (scratch, base):
        folder.chmod(0o755)
    binds = "".join(f"mount --bind {base}/{name} /etc/{name}; " for name in ("passwd", "group", "shadow", "sudoers"))
    env = {"PATH": f"{base}/odd:{os.environ['PATH']}", "HOME": f"{base}/home", "MINE": "kept", "RUNNER_TEMP": f"{base}/temp",
           "GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary), "RECIPE_PREFIX": str(prefix),
           "RECIPE_RECIPES": str(prefix / "share/recipe/rules/example"),
           "RECIPE_RUN": "id -un; id -u; echo $MINE $HOME; echo $PATH; env | grep -c ^RECIPE_ || true; touch made; exit 7"}
    ran = subprocess.run(["unshare", "--mount", "sh", "-ec", binds + f'exec setpriv --reuid {number} --regid {number} --init-groups "$@"', "sh",
                          str(prefix / "share/recipe/ci/watch")], env=env, cwd=base / "workspace", text=True, capture_output=True, timeout=SECONDS)
    check(ran.returncode == 7, f"by sudo the script's own exit code comes back: {ran.returncode} {ran.stderr}")
    check(ran.stdout.splitlines() == [user, str(number), f"kept {base}/home", env["PATH"], "0"],
          f"the script runs as the user, with his environment: {ran.stdout!r}")
    told = dict(line.split("=", 1) for line in output.read_text().splitlines())
    check(told.get("verdict") == "complete", f"by sudo all is watched: {told} {ran.stderr}")
    results = pathlib.Path(told.get("results", base / "nothing"))
    files = [base / "workspace/made", results, *results.glob("*"), summary]
    check(len(files) >= 5 and all(path.stat().st_uid == number for path in files), f"what it leaves is the user's: {files}")
    check("complete" in summary.read_text(), "the job summary is written")
    return True


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    options = parser.parse_args()
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    with tempfile.TemporaryDirectory(prefix="recipe-action-") as folder:
        scratch = pathlib.Path(folder).resolve()
        prefix = scratch / "prefix"
        subprocess.run(["cmake", "--install", str(options.build), "--prefix", str(prefix)], check=True, stdout=subprocess.DEVNULL, timeout=SECONDS)
        help_text = subprocess.run([str(prefix / "bin/reciped"), "watch", "--help"], text=True, capture_output=True, timeout=SECONDS).stdout
        report = "true" if "--report " in help_text else "false"
        check_safety(action)
        check_install(action, scratch, prefix)
        # The whole library was checked; from here on the one recipe that these steps are about is enough, twenty times.
        for recipe in (prefix / "share/recipe/rules").glob("*/*.recipe"):
            if recipe.parent.name not in ("lib", "example") and recipe.stem != "code_on_the_fly":
                recipe.unlink()
        check_usage(action, scratch, prefix)
        if subprocess.run([str(prefix / "bin/reciped"), "watch", "--recipes", str(prefix / "share/recipe/rules/example"), "--", "true"],
                          capture_output=True, timeout=SECONDS).returncode == 4:
            print("what needs root and BPF was not run", file=sys.stderr)
            return 1 if failures else 77
        check_watch(action, scratch, prefix, report)
        check_gitlab(scratch, prefix, report)
        check_jenkins(scratch, prefix, report)
        whole = check_sudo(scratch, prefix)
        if not whole:
            print("what needs sudo was not run", file=sys.stderr)
    print(f"{len(failures)} failed")
    return 1 if failures else 0 if whole else 77


if __name__ == "__main__":
    sys.exit(main())
