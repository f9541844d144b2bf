"""How each program does the same job. A peer is commands; `run.py` knows the order of the steps.

Commands run in the work tree ($W) with $R the folder of the remote, $C the place of the clone, $V the data of the version
at hand. The data is below `data/` in the work tree.
"""
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field

DVC = "dvc==3.67.1"

GIT_REMOTE = "git init -q --bare -b main $R/git && git remote add origin file://$R/git"


@dataclass
class Peer:
    name: str
    setup: str
    add: str  # {} is the path
    push: str
    clone: str
    pull: str
    status: str = "git status"
    commit: str = "git commit -q -m step"
    # What has to be there, or a function that installs it into the cache: returns folders for PATH.
    needs: tuple = ()
    install: object = None
    version: str = ""
    keeps_versions: bool = True
    extra: dict = field(default_factory=dict)  # steps that only this peer has


def install_dvc(cache):
    home = os.path.join(cache, DVC.replace("==", "-"))
    if not os.path.exists(os.path.join(home, ".complete")):
        print(f"installing {DVC} into {home}", file=sys.stderr)
        shutil.rmtree(home, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        subprocess.run([os.path.join(home, "bin", "pip"), "install", "-q", "--disable-pip-version-check", DVC], check=True)
        open(os.path.join(home, ".complete"), "w").close()
    return [os.path.join(home, "bin")]


OCTOSTORE_SETUP = f"""git init -q -b main . && octostore init --store file://$R/store && octostore track 'data/**'
git add -A .gitattributes .octostore && git commit -q -m setup && {GIT_REMOTE}"""
OCTOSTORE_CLONE = "octostore clone --data all file://$R/git $C"

PEERS = [
    Peer(
        name="floor",
        setup="mkdir $W/store",
        add="mkdir -p store/$(dirname {}) && cp -r {} store/$(dirname {})/",
        commit="true",
        push="mkdir -p $R/store && cp -ru store/. $R/store/",
        clone="cp -r $R/store $C",
        pull="cp -r $R/store/. $C/",
        status="find data -type f -printf '%s %T@ %i\\n' > /dev/null",
        version="cp --version | head -n 1",
        keeps_versions=False,
        extra={"read all": "find data -type f -print0 | xargs -0 cat > /dev/null"},
    ),
    Peer(
        name="octostore",
        setup=OCTOSTORE_SETUP,
        add="octostore add {}",
        push="octostore push origin",
        clone=OCTOSTORE_CLONE,
        pull="git pull -q && octostore pull",
        needs=("octostore",),
        version="octostore --version",
    ),
    Peer(
        name="octostore (git add)",
        setup=OCTOSTORE_SETUP,
        add="git add {}",
        push="git push -q origin main",
        clone=OCTOSTORE_CLONE,
        pull="git pull -q",
        needs=("octostore",),
        version="octostore --version",
    ),
    Peer(
        name="git",
        setup=f"git init -q -b main . && {GIT_REMOTE}",
        add="git add {}",
        push="git push -q origin main",
        clone="git clone -q file://$R/git $C",
        pull="git pull -q",
        needs=("git",),
        version="git --version",
    ),
    Peer(
        name="git-lfs",
        setup=f"git init -q -b main . && git lfs install >/dev/null && git lfs track 'data/**' >/dev/null && "
              f"git add .gitattributes && git commit -q -m setup && {GIT_REMOTE}",
        add="git add {}",
        push="git push -q origin main",
        clone="git clone -q file://$R/git $C",
        pull="git pull -q",
        needs=("git-lfs",),
        version="git lfs version",
    ),
    Peer(
        name="DVC",
        setup=f"git init -q -b main . && dvc init -q && dvc config core.analytics false && dvc config core.autostage true && "
              f"dvc remote add -q -d store $R/store && git add -A .dvc && git commit -q -m setup && {GIT_REMOTE}",
        add="dvc add -q {}",
        push="dvc push -q && git push -q origin main",
        clone="git clone -q file://$R/git $C && cd $C && dvc pull -q",
        pull="git pull -q && dvc pull -q",
        status="dvc status -q && git status",
        install=install_dvc,
        version="dvc --version",
    ),
]
