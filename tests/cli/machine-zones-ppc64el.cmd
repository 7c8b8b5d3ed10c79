$VMATLAS -r zones --procfs $FIXTURES/machines/ppc64el 2>/dev/null
