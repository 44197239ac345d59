#pragma once

namespace copal {

/// Gives back to the system what the process has in memory and does not use: free pages of the
/// heap, and pages of code and constants, which come back from the files when they are next
/// needed. Most of a program's code runs once, at its start. Costs some hundred page faults, none
/// of which reads a disk unless the system was short of memory meanwhile.
void give_back_idle_memory();

/// One pool of the heap for all threads: each further one would keep its own free pages. Before the
/// first thread.
void share_heap();

} // namespace copal
