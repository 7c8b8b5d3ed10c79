/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "color.h"

static const uint32_t named_rgb[16] = {
	0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd,
	0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00,
	0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
};

static bool name_parse(struct text word, int32_t *index)
{
	static const char *const names[8] = {"black", "red",	 "green",
					     "yellow", "blue",	 "magenta",
					     "cyan",  "white"};
	bool bright = text_starts(word, "bright-");

	if (bright) {
		word.p += 7;
		word.n -= 7;
	}
	for (int i = 0; i < 8; i++)
		if (text_is(word, names[i])) {
			*index = bright ? i + 8 : i;
			return true;
		}
	return false;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool color_parse(struct text word, struct color *color)
{
	uint64_t number;

	color->depth = DEPTH_16;
	color->value = COLOR_DEFAULT;
	if (text_is(word, "-") || name_parse(word, &color->value))
		return true;
	if (word.n == 7 && word.p[0] == '#') {
		color->depth = DEPTH_TRUE;
		color->value = 0;
		for (size_t i = 1; i < 7; i++) {
			int digit = hex_digit(word.p[i]);

			if (digit < 0)
				return false;
			color->value = color->value * 16 + digit;
		}
		return true;
	}
	color->depth = DEPTH_256;
	if (!text_all_u64(word, 10, &number) || number > 255)
		return false;
	color->value = (int32_t)number;
	return true;
}

/* Colours 16 to 231 are a cube of these levels, 232 to 255 are greys. */
static uint32_t palette_rgb(int index)
{
	static const uint8_t level[6] = {0, 95, 135, 175, 215, 255};
	uint32_t grey;

	if (index < 16)
		return named_rgb[index];
	if (index < 232) {
		index -= 16;
		return (uint32_t)level[index / 36] << 16 |
		       (uint32_t)level[index / 6 % 6] << 8 | level[index % 6];
	}
	grey = 8 + 10 * (uint32_t)(index - 232);
	return grey << 16 | grey << 8 | grey;
}

uint32_t color_rgb(struct color color)
{
	if (color.depth == DEPTH_TRUE)
		return (uint32_t)color.value & 0xffffff;
	return palette_rgb(color.value & 255);
}

int color_light(uint32_t rgb)
{
	uint32_t r = rgb >> 16 & 255, g = rgb >> 8 & 255, b = rgb & 255;

	return (int)((299 * r + 587 * g + 114 * b) / 1000);
}

/*
 * Plain distance in RGB overrates dark blues and underrates greens; weights
 * that shift with the amount of red come close to what the eye says.
 */
static int32_t rgb_distance(uint32_t a, uint32_t b)
{
	int32_t ra = (int32_t)(a >> 16 & 255), rb = (int32_t)(b >> 16 & 255);
	int32_t dr = ra - rb;
	int32_t dg = (int32_t)(a >> 8 & 255) - (int32_t)(b >> 8 & 255);
	int32_t db = (int32_t)(a & 255) - (int32_t)(b & 255);
	int32_t red = (ra + rb) / 2;

	return (512 + red) * dr * dr / 256 + 4 * dg * dg +
	       (767 - red) * db * db / 256;
}

/* The first 16 of 256 are the user's own: nobody knows what they look like,
 * so they are chosen only where there is nothing else. */
static int32_t palette_nearest(uint32_t rgb, enum color_depth depth)
{
	int first = depth == DEPTH_256 ? 16 : 0;
	int end = depth == DEPTH_256 ? 256 : depth == DEPTH_16 ? 16 : 8;
	int best = first;

	for (int i = first + 1; i < end; i++)
		if (rgb_distance(rgb, palette_rgb(i)) <
		    rgb_distance(rgb, palette_rgb(best)))
			best = i;
	return best;
}

int32_t color_fit(struct color color, enum color_depth depth, bool *bright)
{
	int32_t index;

	*bright = false;
	if (color.value == COLOR_DEFAULT || depth == DEPTH_MONO)
		return COLOR_DEFAULT;
	if (depth == DEPTH_TRUE)
		return (int32_t)color_rgb(color);
	index = color.value;
	if (color.depth == DEPTH_TRUE)
		index = palette_nearest(color_rgb(color),
					depth == DEPTH_8 ? DEPTH_16 : depth);
	else if (depth < DEPTH_256 && index > 15)
		index = palette_nearest(color_rgb(color), DEPTH_16);
	if (depth == DEPTH_8 && index > 7) {
		/* "Bright black" is a grey: bold black would not show. */
		*bright = index != 8;
		return index == 8 ? 7 : index - 8;
	}
	return index;
}
