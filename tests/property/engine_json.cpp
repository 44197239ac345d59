#include "tests/property/engine_json.hpp"

#include "adapters/json/json.hpp"

#include <array>
#include <cstdio>

namespace copal::property {

value inspected(const std::string& socket, const container_id& id) {
  const auto command = "docker -H unix://" + socket + " container inspect " + id.value;
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr)
    return {};
  std::string text;
  std::array<char, 4096> piece{};
  for (std::size_t n = 0; (n = std::fread(piece.data(), 1, piece.size(), pipe)) > 0;)
    text.append(piece.data(), n);
  if (pclose(pipe) != 0)
    return {};
  auto all = json::parse(text);
  if (!all || all->as_list() == nullptr || all->as_list()->empty())
    return {};
  return all->as_list()->front();
}

const value& at(const value& tree, std::string_view path) {
  static const value none;
  const auto* here = &tree;
  while (!path.empty()) {
    const bool is_last = path.front() == '@';
    path.remove_prefix(is_last ? 1 : 0);
    const auto dot = is_last ? std::string_view::npos : path.find('.');
    here = here->find(path.substr(0, dot));
    if (here == nullptr)
      return none;
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
  }
  return *here;
}

} // namespace copal::property
