/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/role.h"

#include <string.h>

#define X(id, name, letter) name,
static const char *const plain_names[] = {PLAIN_ROLES(X)};
#undef X

#define X(id, letter, name, presence, title, words) "state." name,
static const char *const state_names[] = {PAGE_STATES(X)};
#undef X

/*
 * A state's letter may be taken by a plain role, and a blank would be lost at
 * the end of a line: these stand in.
 */
#define STAND_IN(letter)                                                       \
	((letter) == ' '   ? '_'                                               \
	 : (letter) == '.' ? '-'                                               \
	 : (letter) == 'z' ? '8'                                               \
	 : (letter) == 'a' ? 'q'                                               \
	 : (letter) == 'K' ? '&'                                               \
	 : (letter) == 'M' ? '%'                                               \
	 : (letter) == 'x' ? 'j'                                               \
	 : (letter) == 's' ? '$'                                               \
	 : (letter) == 'S' ? '/'                                               \
	 : (letter) == 'P' ? '?'                                               \
	 : (letter) == '!' ? '7'                                               \
			   : (letter))

#define PLAIN(id, name, letter) letter,
#define STATE(id, letter, name, presence, title, words) STAND_IN(letter),
static const char letters[NROLES + 1] = {PLAIN_ROLES(PLAIN) PAGE_STATES(STATE)};
#undef PLAIN
#undef STATE

const char *role_name(enum role role)
{
	return role < ROLE_STATE_FIRST ? plain_names[role]
				       : state_names[role - ROLE_STATE_FIRST];
}

int role_of_name(const char *name)
{
	for (int role = 0; role < NROLES; role++)
		if (!strcmp(role_name((enum role)role), name))
			return role;
	return -1;
}

const char *role_letters(void)
{
	return letters;
}
