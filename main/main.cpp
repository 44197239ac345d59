#include "main/apps.hpp"
#include "main/check.hpp"
#include "main/explain.hpp"
#include "main/options.hpp"
#include "main/plan.hpp"
#include "main/run.hpp"

#include <iostream>
#include <variant>

int main(int argc, char** argv) {
  const auto what = copal::parse_command_line(argc, argv);
  if (const auto* text = std::get_if<copal::only_print>(&what)) {
    (text->exit_code == 0 ? std::cout : std::cerr) << text->text;
    return text->exit_code;
  }
  if (const auto* options = std::get_if<copal::check_options>(&what))
    return copal::check(*options);
  if (const auto* options = std::get_if<copal::explain_options>(&what))
    return copal::explain(*options);
  if (const auto* options = std::get_if<copal::plan_options>(&what))
    return copal::plan_ahead(*options);
  if (const auto* options = std::get_if<copal::apps_options>(&what))
    return copal::apps(*options);
  return copal::run(std::get<copal::run_options>(what));
}
