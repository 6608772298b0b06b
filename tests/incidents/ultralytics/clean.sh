#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The honest workflow: the branch's name comes in the environment; the package brings a model's weights by name, and a tool runs
# from the project.
. "$(dirname "$0")/../lib.sh"

prepare() {
  stand_in curl git
  page files.example/yolov8n.pt <<<"weights"
  file "$HOME/runner/step.sh" <<'END'
echo "head: $HEAD_REF"
END
  runner_does <<<"run env HEAD_REF=fix/\$(id) bash -e $HOME/runner/step.sh"
  file "$HOME/venv/lib/ultralytics/__init__.py" <<'END'
import os, subprocess, urllib.request
folder = os.path.expanduser("~/.config/Ultralytics")
os.makedirs(folder, exist_ok=True)
with open(folder + "/yolov8n.pt", "wb") as weights:
    weights.write(urllib.request.urlopen("http://files.example/yolov8n.pt").read())
subprocess.run(["git", "rev-parse", "HEAD"], check=True)
END
  file "$HOME/predict.py" <<'END'
import sys
sys.path.insert(0, "/home/runner/venv/lib")
import ultralytics
END
}

deeds() {
  runner
  python3 "$HOME/predict.py"
}

check() {
  grep -q weights "$HOME/.config/Ultralytics/yolov8n.pt" || fails "the weights did not come"
}

"$1"
