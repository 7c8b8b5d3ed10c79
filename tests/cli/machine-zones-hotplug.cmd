sh $FIXTURES/machines/unpack amd64-hotplug && $VMATLAS -r zones -f csv --procfs $FIXTURES/machines/amd64-hotplug --sysfs sys 2>/dev/null
