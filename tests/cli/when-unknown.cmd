$VMATLAS -b -R $FIXTURES/recordings/unprivileged.rec --when "state(cow-shared)>0 => exit" --when "state(cow-shared)=0 => exit" --when "rss(nosuch)>0"
