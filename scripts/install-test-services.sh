#!/usr/bin/env bash
# Installs the servers and the browser that the tests start for themselves; says nothing when all are there.
# Root on Debian gets the missing packages installed; everybody else is told their names, and those tests are skipped.
set -euo pipefail

# A file that only the package brings, then the package. To test against more, add a line.
services=(
  "/usr/lib/postgresql/*/bin/initdb postgresql"
  "/usr/sbin/mariadbd mariadb-server"
  "/usr/bin/mariadb-install-db mariadb-server"
  "/usr/bin/java openjdk-17-jre-headless"
  "/usr/bin/chromium chromium"
  "/usr/bin/npm npm"
  "/usr/bin/pdfimages poppler-utils"
)
axe=axe-core@4.14.1 # the accessibility checker: a script that the browser runs, from npm
tests=$(dirname "${BASH_SOURCE[0]:-.}")/../tests
browser_tests=$tests/browser
dbt_tests=$tests/dbt

log=$(mktemp)
trap 'rm -f "$log"' EXIT

logged() {
  "$@" >"$log" 2>&1 && return
  tail -n 20 "$log" >&2
  echo "This could not be installed; some tests are skipped, or fail where CI=true." >&2
}

missing=()
for service in "${services[@]}"; do
  read -r file package <<<"$service"
  if ! compgen -G "$file" >/dev/null && [[ " ${missing[*]} " != *" $package "* ]]; then
    missing+=("$package")
  fi
done
if [[ ${#missing[@]} -gt 0 ]]; then
  if [[ $EUID -eq 0 ]] && command -v apt-get >/dev/null; then
    echo "Installing for the tests: ${missing[*]}" >&2
    # The tests start their own servers: RUNLEVEL keeps the packages from starting theirs.
    export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
    install_missing() { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; }
    logged install_missing
  else
    echo "Without these Debian packages some tests are skipped: ${missing[*]}" >&2
  fi
fi

if [[ -d $browser_tests && ! -e $browser_tests/node_modules/axe-core ]] && command -v npm >/dev/null; then
  echo "Installing for the tests: $axe" >&2
  logged npm install --no-save --no-package-lock --ignore-scripts --prefix "$browser_tests" "$axe"
fi

# dbt has an environment of its own: what it needs is not what the product needs.
if [[ -d $dbt_tests ]] && ! cmp -s "$dbt_tests/requirements.txt" "$dbt_tests/.venv/installed"; then
  echo "Installing for the tests: dbt" >&2
  python=$(command -v python3.11 || command -v python3)
  install_dbt() {
    "$python" -m venv "$dbt_tests/.venv" &&
      "$dbt_tests/.venv/bin/python" -m pip install --quiet -r "$dbt_tests/requirements.txt" &&
      cp "$dbt_tests/requirements.txt" "$dbt_tests/.venv/installed"
  }
  logged install_dbt
fi
