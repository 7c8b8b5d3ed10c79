$VMATLAS -r memory --procfs $FIXTURES/machines/ppc64el --sysfs $FIXTURES/machines 2>/dev/null
