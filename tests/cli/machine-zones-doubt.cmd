$VMATLAS -r zones --procfs $FIXTURES/machines/amd64-hotplug --sysfs nowhere
