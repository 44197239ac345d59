#include "adapters/system/memory.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

namespace copal {

namespace {

/// Of one loaded file, what nobody can have written to: its pages are those of the file. What the
/// loader has relocated lies in segments that are marked as writable.
int give_back_code(dl_phdr_info* info, std::size_t, void*) {
  if (std::string_view{info->dlpi_name}.find("vdso") != std::string_view::npos)
    return 0;
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  for (auto i = 0; i < info->dlpi_phnum; ++i) {
    const auto& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0)
      continue;
    const auto begin = (info->dlpi_addr + segment.p_vaddr) & ~(page - 1);
    const auto end = info->dlpi_addr + segment.p_vaddr + segment.p_memsz;
    // Without leave to do so, nothing is lost.
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the loader tells addresses as numbers.
    (void)::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
  }
  return 0;
}

} // namespace

void give_back_idle_memory() {
  (void)::malloc_trim(0);
  (void)::dl_iterate_phdr(give_back_code, nullptr);
}

void share_heap() {
  (void)::mallopt(M_ARENA_MAX, 1);
}

} // namespace copal
