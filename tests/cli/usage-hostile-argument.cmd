$VMATLAS -b "$(printf '\033]0;pw\007\233Z\nx')"; $VMATLAS "$(printf -- '--\033[2J')"
