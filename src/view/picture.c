/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/view/picture.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "color.h"
#include "vmatlas/base/text.h"

#define DARK_GROUND 0x12161b
#define DARK_TEXT 0xc9d3dd
#define LIGHT_GROUND 0xffffff
#define LIGHT_TEXT 0x20262c

/* One character's box in an SVG, and where its letters stand in it. */
#define CELL_WIDTH 9
#define CELL_HEIGHT 18
#define CELL_BASELINE 14

#define FONTS "'DejaVu Sans Mono','Liberation Mono',Menlo,Consolas,monospace"

/* What the terminal's own colours are taken to be. */
struct ground {
	uint32_t fg, bg;
};

/* How a cell looks, with nothing left to the terminal. */
struct paint {
	uint32_t fg, bg;
	uint8_t attributes;
};

/* A run of cells of one row that look alike. */
struct run {
	int row, col, ncols;
	struct paint paint;
	bool blank;	/* no letter in it */
};

static void code_add(struct buf *out, uint32_t code)
{
	char bytes[4];

	buf_add(out, bytes, text_encode(code, bytes));
}

/* Columns of ROW without the blanks at its end. */
static int row_end(const struct grid *grid, int row)
{
	int end = grid->cols;

	while (end && grid_at(grid, row, end - 1)->code == ' ')
		end--;
	return end;
}

static void rows_text(struct buf *out, const struct grid *grid)
{
	for (int row = 0; row < grid->rows; row++) {
		int end = row_end(grid, row);

		for (int col = 0; col < end; col++) {
			uint32_t code = grid_at(grid, row, col)->code;

			if (code)
				code_add(out, code);
		}
		buf_char(out, '\n');
	}
}

void picture_dump(struct buf *out, const struct grid *grid)
{
	const char *letters = role_letters();
	int role_of[128];

	memset(role_of, -1, sizeof(role_of));
	buf_fmt(out, "screen %dx%d\n", grid->cols, grid->rows);
	rows_text(out, grid);
	buf_str(out, "roles\n");
	for (int row = 0; row < grid->rows; row++) {
		for (int col = 0; col < grid->cols; col++) {
			int role = grid_at(grid, row, col)->role;

			buf_char(out, letters[role]);
			role_of[letters[role] & 127] = role;
		}
		buf_char(out, '\n');
	}
	buf_str(out, "key\n");
	for (int i = 0; i < 128; i++)
		if (role_of[i] >= 0)
			buf_fmt(out, "%c %s\n", i,
				role_name((enum role)role_of[i]));
}

int picture_format_of(const char *path)
{
	static const char *const endings[] = {
		[PICTURE_TXT] = ".txt", [PICTURE_ANSI] = ".ansi",
		[PICTURE_HTML] = ".html", [PICTURE_SVG] = ".svg",
	};
	const char *dot = strrchr(path, '.');

	for (int i = 0; dot && i < 4; i++)
		if (!strcasecmp(dot, endings[i]))
			return i;
	return -1;
}

static struct ground ground_of(const struct theme *theme)
{
	struct look text = theme_look(theme, DEPTH_TRUE, ROLE_TEXT, FILL_NONE);
	struct ground ground = {DARK_TEXT, DARK_GROUND};

	if (text.bg != COLOR_DEFAULT ? color_light((uint32_t)text.bg) > 127
				     : text.fg != COLOR_DEFAULT &&
					       color_light((uint32_t)text.fg) < 128)
		ground = (struct ground){LIGHT_TEXT, LIGHT_GROUND};
	if (text.bg != COLOR_DEFAULT)
		ground.bg = (uint32_t)text.bg;
	if (text.fg != COLOR_DEFAULT)
		ground.fg = (uint32_t)text.fg;
	return ground;
}

/* Halfway from FG to BG. */
static uint32_t color_dimmed(uint32_t fg, uint32_t bg)
{
	return (fg & 0xfefefe) / 2 + (bg & 0xfefefe) / 2;
}

static struct paint paint_of(const struct look *look, struct ground ground)
{
	struct paint paint = {
		look->fg == COLOR_DEFAULT ? ground.fg : (uint32_t)look->fg,
		look->bg == COLOR_DEFAULT ? ground.bg : (uint32_t)look->bg,
		look->attributes,
	};

	if (paint.attributes & (LOOK_REVERSE | LOOK_STANDOUT)) {
		uint32_t fg = paint.fg;

		paint.fg = paint.bg;
		paint.bg = fg;
	}
	if (paint.attributes & LOOK_DIM)
		paint.fg = color_dimmed(paint.fg, paint.bg);
	paint.attributes &= LOOK_BOLD | LOOK_UNDERLINE;
	return paint;
}

static struct paint paint_at(const struct grid *grid, const struct theme *theme,
			     int row, int col)
{
	const struct grid_cell *cell = grid_at(grid, row, col);
	struct look look = theme_look(theme, DEPTH_TRUE, cell->role, cell->fill);

	return paint_of(&look, ground_of(theme));
}

static bool paint_same(struct paint a, struct paint b)
{
	return a.fg == b.fg && a.bg == b.bg && a.attributes == b.attributes;
}

/*
 * The run that starts at RUN's end; false at the end of the row.  A wide
 * character is a run of its own where WIDE_ALONE asks for it, so that it can
 * be placed by its column.
 */
static bool run_next(const struct grid *grid, const struct theme *theme,
		     struct run *run, bool wide_alone)
{
	int col = run->col + run->ncols, end = col;
	bool wide = false;

	if (col >= grid->cols)
		return false;
	run->col = col;
	run->paint = paint_at(grid, theme, run->row, col);
	run->blank = true;
	for (; end < grid->cols; end++) {
		const struct grid_cell *cell = grid_at(grid, run->row, end);
		const struct grid_cell *next = grid_at(grid, run->row, end + 1);

		if (end > col && cell->code &&
		    (wide || (wide_alone && next && !next->code) ||
		     !paint_same(run->paint,
				 paint_at(grid, theme, run->row, end))))
			break;
		if (cell->code)
			wide = wide_alone && next && !next->code;
		if (cell->code && cell->code != ' ')
			run->blank = false;
	}
	run->ncols = end - col;
	return true;
}

/* What XML and HTML may not hold, even escaped, cannot be in a grid, but for
 * two that are no characters at all. */
static void markup_code(struct buf *out, uint32_t code)
{
	switch (code) {
	case '&':
		buf_str(out, "&amp;");
		break;
	case '<':
		buf_str(out, "&lt;");
		break;
	case '>':
		buf_str(out, "&gt;");
		break;
	case '"':
		buf_str(out, "&quot;");
		break;
	default:
		code_add(out, (code & 0xfffe) == 0xfffe ? '?' : code);
	}
}

static void run_markup(struct buf *out, const struct grid *grid,
		       const struct run *run)
{
	for (int i = 0; i < run->ncols; i++) {
		uint32_t code = grid_at(grid, run->row, run->col + i)->code;

		if (code)
			markup_code(out, code);
	}
}

static void ansi_color(struct buf *out, int32_t color, int command)
{
	if (color == COLOR_DEFAULT)
		return;
	buf_fmt(out, ";%d;2;%d;%d;%d", command, color >> 16 & 255,
		color >> 8 & 255, color & 255);
}

/* ANSI goes to a terminal: what is the terminal's own stays so. */
static void ansi_look(struct buf *out, struct look look)
{
	static const struct {
		int bit;
		const char *sgr;
	} attributes[] = {
		{LOOK_BOLD, ";1"}, {LOOK_DIM, ";2"}, {LOOK_UNDERLINE, ";4"},
		{LOOK_REVERSE | LOOK_STANDOUT, ";7"},
	};

	buf_str(out, "\033[0");
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		if (look.attributes & attributes[i].bit)
			buf_str(out, attributes[i].sgr);
	ansi_color(out, look.fg, 38);
	ansi_color(out, look.bg, 48);
	buf_char(out, 'm');
}

static bool look_same(struct look a, struct look b)
{
	return a.fg == b.fg && a.bg == b.bg && a.attributes == b.attributes;
}

static void ansi_write(struct buf *out, const struct grid *grid,
		       const struct theme *theme)
{
	const struct look plain = {COLOR_DEFAULT, COLOR_DEFAULT, 0};

	for (int row = 0; row < grid->rows; row++) {
		struct look now = plain;

		for (int col = 0; col < grid->cols; col++) {
			const struct grid_cell *cell = grid_at(grid, row, col);
			struct look look;

			if (!cell->code)
				continue;
			look = theme_look(theme, DEPTH_TRUE, cell->role,
					  cell->fill);
			if (!look_same(look, now))
				ansi_look(out, look);
			now = look;
			code_add(out, cell->code);
		}
		if (!look_same(now, plain))
			buf_str(out, "\033[0m");
		buf_char(out, '\n');
	}
}

static void html_write(struct buf *out, const struct grid *grid,
		       const struct theme *theme)
{
	struct ground ground = ground_of(theme);

	buf_fmt(out,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
		"<meta charset=\"utf-8\">\n<title>vmatlas</title>\n"
		"<style>\nbody{margin:1em;background:#%06" PRIx32 "}\n"
		"pre{margin:0;color:#%06" PRIx32 ";font-family:" FONTS
		";line-height:1.25}\n"
		"span{display:inline-block;line-height:1.25;"
		"vertical-align:top}\n</style>\n</head>\n<body>\n<pre>\n",
		ground.bg, ground.fg);
	for (int row = 0; row < grid->rows; row++) {
		struct run run = {.row = row};

		while (run_next(grid, theme, &run, false)) {
			struct paint p = run.paint;
			bool plain = p.bg == ground.bg && !p.attributes &&
				     (run.blank || p.fg == ground.fg);

			if (!plain)
				buf_fmt(out,
					"<span style=\"color:#%06" PRIx32
					";background:#%06" PRIx32 "%s%s\">",
					p.fg, p.bg,
					p.attributes & LOOK_BOLD
						? ";font-weight:bold" : "",
					p.attributes & LOOK_UNDERLINE
						? ";text-decoration:underline"
						: "");
			run_markup(out, grid, &run);
			if (!plain)
				buf_str(out, "</span>");
		}
		buf_char(out, '\n');
	}
	buf_str(out, "</pre>\n</body>\n</html>\n");
}

static void svg_run(struct buf *out, const struct grid *grid,
		    const struct run *run, struct ground ground)
{
	struct paint p = run->paint;
	int x = run->col * CELL_WIDTH, y = run->row * CELL_HEIGHT;
	int width = run->ncols * CELL_WIDTH;

	if (p.bg != ground.bg)
		buf_fmt(out,
			"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
			"fill=\"#%06" PRIx32 "\"/>\n",
			x, y, width, CELL_HEIGHT, p.bg);
	if (run->blank && !(p.attributes & LOOK_UNDERLINE))
		return;
	/* textLength keeps the columns whatever font there is. */
	buf_fmt(out,
		"<text x=\"%d\" y=\"%d\" textLength=\"%d\" "
		"lengthAdjust=\"spacingAndGlyphs\" fill=\"#%06" PRIx32
		"\"%s%s>",
		x, y + CELL_BASELINE, width, p.fg,
		p.attributes & LOOK_BOLD ? " font-weight=\"bold\"" : "",
		p.attributes & LOOK_UNDERLINE
			? " text-decoration=\"underline\"" : "");
	run_markup(out, grid, run);
	buf_str(out, "</text>\n");
}

static void svg_write(struct buf *out, const struct grid *grid,
		      const struct theme *theme)
{
	struct ground ground = ground_of(theme);
	int width = grid->cols * CELL_WIDTH, height = grid->rows * CELL_HEIGHT;

	buf_fmt(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
		"height=\"%d\" viewBox=\"0 0 %d %d\">\n"
		"<rect width=\"%d\" height=\"%d\" fill=\"#%06" PRIx32 "\"/>\n"
		"<g font-family=\"" FONTS "\" font-size=\"15\" "
		"xml:space=\"preserve\">\n",
		width, height, width, height, width, height, ground.bg);
	for (int row = 0; row < grid->rows; row++) {
		struct run run = {.row = row};

		while (run_next(grid, theme, &run, true))
			svg_run(out, grid, &run, ground);
	}
	buf_str(out, "</g>\n</svg>\n");
}

void picture_write(struct buf *out, const struct grid *grid,
		   const struct theme *theme, enum picture_format format)
{
	switch (format) {
	case PICTURE_TXT:
		rows_text(out, grid);
		break;
	case PICTURE_ANSI:
		ansi_write(out, grid, theme);
		break;
	case PICTURE_HTML:
		html_write(out, grid, theme);
		break;
	case PICTURE_SVG:
		svg_write(out, grid, theme);
		break;
	}
}
