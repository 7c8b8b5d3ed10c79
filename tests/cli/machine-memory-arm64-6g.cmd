$VMATLAS -r memory --procfs $FIXTURES/machines/arm64-6g --sysfs $FIXTURES/machines 2>/dev/null
