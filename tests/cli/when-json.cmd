$VMATLAS -b -R $FIXTURES/recordings/changes.rec -f json --when 'state(swap)>=2 && states.anon([heap])<8' --when 'rss(type:heap)<30K'
