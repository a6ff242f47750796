#!/bin/sh
# Runs a test object inside the Node binary: engine_test.sh NODE OBJECT
exec env LD_PRELOAD="$PWD/$2" "$PWD/$1"
