$VMATLAS -r zones --procfs $FIXTURES/machines/i386 2>/dev/null
