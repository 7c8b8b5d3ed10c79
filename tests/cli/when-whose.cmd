$VMATLAS -b -R $FIXTURES/recordings/memory.rec -r zones --when "rss>0" --pid 1
