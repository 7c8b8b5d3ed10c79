sh $FIXTURES/machines/unpack amd64-numa3 && $VMATLAS -r zones -f csv --procfs $FIXTURES/machines/amd64-numa3 --sysfs sys 2>/dev/null
