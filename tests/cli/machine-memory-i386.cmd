$VMATLAS -r memory --procfs $FIXTURES/machines/i386 --sysfs $FIXTURES/machines 2>/dev/null
