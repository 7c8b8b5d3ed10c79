$VMATLAS -b -R $FIXTURES/recordings/changes.rec --when 'swap+>0 => exit'
