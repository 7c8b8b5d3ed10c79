/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vmatlas/source/elf_file.h"

#ifdef HAVE_LIBELF

#include "elf_impl.h"

#ifdef LIBELF_SONAME
#include <dlfcn.h>

/* Most reports need no names: only who does pays for loading it, and once. */
bool elf_library_load(struct elf_library *library)
{
	void *handle = dlopen(LIBELF_SONAME,
		RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
	__typeof__(elf_version) *version;

	if (!handle)
		return false;
	/* As POSIX has it: an object pointer that is a function's. */
	*(void **)&library->xlate_32 = dlsym(handle, "elf32_xlatetom");
	*(void **)&library->xlate_64 = dlsym(handle, "elf64_xlatetom");
	*(void **)&version = dlsym(handle, "elf_version");
	if (library->xlate_32 && library->xlate_64 && version)
		version(EV_CURRENT);
	dlclose(handle);
	return library->xlate_32 && library->xlate_64 && version;
}

#else

/* No static program loads libraries. */
bool elf_library_load(struct elf_library *library)
{
	elf_version(EV_CURRENT);
	*library = (struct elf_library){ elf32_xlatetom, elf64_xlatetom };
	return true;
}

#endif

bool elf_is_there(void)
{
	struct elf_library library;

	return elf_library_load(&library);
}

#else /* !HAVE_LIBELF */

bool elf_is_there(void)
{
	return false;
}

#endif
