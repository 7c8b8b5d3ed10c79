$VMATLAS -r zones --procfs $FIXTURES/machines/arm64-6g 2>/dev/null
