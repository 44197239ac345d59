#include "adapters/target_file/project.hpp"

#include <algorithm>

namespace copal::target_file {
namespace {

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool may_stand(char c) {
  return is_alphanumeric(c) || c == '_' || c == '-';
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

} // namespace

bool is_project_name(std::string_view name) {
  return !name.empty() && is_alphanumeric(name[0])
         && std::all_of(name.begin(), name.end(), may_stand);
}

std::string project_name_of(std::string_view folder) {
  std::string out;
  for (const char c : folder) {
    if (may_stand(lower(c)) && (!out.empty() || is_alphanumeric(lower(c))))
      out += lower(c);
  }
  return out;
}

} // namespace copal::target_file
