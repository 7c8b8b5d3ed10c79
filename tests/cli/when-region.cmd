$VMATLAS -b -R $FIXTURES/recordings/changes.rec --when 'rss([heap])>35K'
