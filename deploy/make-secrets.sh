#!/bin/sh
# Makes the passwords and tokens that are not there yet, in secrets/. What is there stays as it is.
set -eu
cd "$(dirname "$0")"
umask 077
# Only you can enter the folder. The files in it are readable, because containers run as users of their own.
mkdir -p secrets
for name in influxdb_password influxdb_token grafana_password loadcast_token; do
  if [ -s "secrets/$name" ]; then
    echo "there  secrets/$name"
  else
    od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"secrets/$name"
    chmod 444 "secrets/$name"
    echo "made   secrets/$name"
  fi
done
