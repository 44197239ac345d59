#pragma once

#include <chrono>

namespace copal::deadlines {

/// The store writes to a disk that may be slow under load.
inline constexpr std::chrono::seconds store{30};
/// Questions that are answered from memory.
inline constexpr std::chrono::seconds view{10};
inline constexpr std::chrono::seconds locks{10};
/// Written to memory; some megabytes at most.
inline constexpr std::chrono::seconds files{30};
/// To tell the machine to reboot; its edge gives up before.
inline constexpr std::chrono::seconds power{30};
/// Image steps: a list, an inspection and a removal; fetches are answered when they have begun.
inline constexpr std::chrono::minutes image_step{5};
/// How long the engine may work on a stop of which nobody hears, beyond the container's grace.
inline constexpr std::chrono::seconds unheard_stop{30};
/// Container steps, beyond the grace of the container that is stopped: a sum over the deadlines of
/// the engine calls that one step makes.
inline constexpr std::chrono::minutes container_step{10};

/// What people ask for: stops with their grace, and starts.
inline constexpr std::chrono::minutes request{10};

} // namespace copal::deadlines
