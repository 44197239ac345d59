// Loaded into the program before the C library: while the file named by COPAL_TEST_STUCK_DISK is
// there, nothing that is written reaches the disk, as with a card that has died. The program itself
// is the one that ships.

#include <cstdlib>

#include <unistd.h>

namespace {

int wait_while_stuck() {
  const char* const file = std::getenv("COPAL_TEST_STUCK_DISK");
  while (file != nullptr && ::access(file, F_OK) == 0)
    ::pause();
  return 0;
}

} // namespace

extern "C" {

int fsync(int /*fd*/) {
  return wait_while_stuck();
}

int fdatasync(int /*fd*/) {
  return wait_while_stuck();
}

} // extern "C"
