$VMATLAS -b --procfs $FIXTURES/machines/arm64 --when "rss>0"
