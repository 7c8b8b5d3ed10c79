$VMATLAS -b -R $FIXTURES/recordings/changes.rec --when 'rss>64 => record'
