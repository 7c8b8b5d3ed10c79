/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "refresh.h"

/* While a first answer is awaited, what was found so far is shown this often. */
#define LOOK_MS 240

static void begin(struct refresh *refresh)
{
	bool has_space = refresh->has_space &&
		refresh->space.process.answer == ANSWER_OK;

	question_begin(&refresh->question, refresh->src, refresh->machine,
		&refresh->wish, has_space ? &refresh->space : NULL);
}

/* What was never answered is, as fast as it can be; but a list is to be kept
 * fresh meanwhile. */
static bool is_enough(const struct refresh *refresh, uint64_t cpu_start)
{
	if (refresh->question.answered)
		return refresh_has_spent(refresh, cpu_start);
	return refresh->wish.list &&
		refresh_clock_ms(CLOCK_THREAD_CPUTIME_ID) - cpu_start >
			refresh->wish.period_ms / 2;
}

bool refresh_ask(struct refresh *refresh)
{
	struct question *question = &refresh->question;
	uint64_t cpu = refresh_clock_ms(CLOCK_THREAD_CPUTIME_ID);
	uint64_t look = refresh_clock_ms(CLOCK_MONOTONIC) + LOOK_MS;

	begin(refresh);
	while (question_step(question)) {
		if (refresh->owner.has_news(refresh->owner.arg)) {
			if (!refresh_serve_between(refresh))
				return false;
			begin(refresh);
		}
		if (!refresh->wish.whole && is_enough(refresh, cpu))
			break;
		if (!question->answered && refresh->wish.keep_blocks &&
		    refresh_clock_ms(CLOCK_MONOTONIC) >= look) {
			refresh_publish(refresh, false);
			look = refresh_clock_ms(CLOCK_MONOTONIC) + LOOK_MS;
		}
	}
	return true;
}

bool refresh_ask_first(struct refresh *refresh)
{
	return !refresh->machine || !question_is_open(&refresh->question,
		&refresh->wish, refresh->machine) || refresh_ask(refresh);
}
