$VMATLAS -r zones -f csv --procfs $FIXTURES/machines/i386 2>/dev/null
