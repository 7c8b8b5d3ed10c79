$VMATLAS -b -R $FIXTURES/recordings/changes.rec -r changes --since 1 --when 'rss>0'
