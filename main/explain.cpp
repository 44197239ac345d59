#include "main/explain.hpp"

#include "adapters/json/json.hpp"
#include "main/explained_text.hpp"
#include "main/one_line.hpp"
#include "main/supervisor_call.hpp"

#include <iostream>

namespace copal {

namespace {

constexpr int is_not_at_target = 3;

int refuse(const std::string& why) {
  std::cerr << "copal: " << why << '\n';
  return 1;
}

} // namespace

int explain(const explain_options& options) {
  const auto told = ask_supervisor({options.state_dir, "GET", "/v2/explain", {}});
  if (!told)
    return refuse(told.error().what);
  if (told->status != 200)
    return refuse("it answered " + std::to_string(told->status) + ": " + one_line(told->body, 200));
  const auto answer = json::parse(told->body);
  if (!answer)
    return refuse("the supervisor's answer is not understood: " + answer.error().what);
  if (options.json)
    std::cout << told->body << '\n';
  else
    std::cout << explained_text(*answer);
  return is_at_target(*answer) ? 0 : is_not_at_target;
}

} // namespace copal
