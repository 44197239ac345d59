#pragma once

#include "messages/result.hpp"

#include <chrono>
#include <filesystem>
#include <string>

namespace copal {

/// What a command asks the supervisor that runs on this machine.
struct supervisor_question {
  std::filesystem::path state_dir; ///< The supervisor's, as the command line says; may be empty.
  std::string method = "GET";
  std::string path;
  std::string body; ///< JSON; empty for none.
  std::chrono::milliseconds within{10'000};
};

struct supervisor_answer {
  unsigned status = 0;
  std::string body;
};

/// Asks its local API. The errors say what may be done about them.
result<supervisor_answer> ask_supervisor(const supervisor_question& what);

} // namespace copal
