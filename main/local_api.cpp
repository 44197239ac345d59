#include "main/local_api.hpp"

#include "adapters/files/files.hpp"
#include "adapters/json/json.hpp"

#include <algorithm>
#include <cstddef>

namespace copal {

namespace {

constexpr std::size_t largest_file = 4096;

std::filesystem::path file_in(const std::filesystem::path& state_dir) {
  return state_dir / "local-api.json";
}

std::string text_in(const value& of, std::string_view field) {
  const auto* found = of.find(field);
  const auto* text = found == nullptr ? nullptr : found->as_text();
  return text == nullptr ? std::string{} : *text;
}

} // namespace

std::string url_of(const std::vector<std::string>& listening) {
  const auto stands_for_all = [](const std::string& x) {
    return x.starts_with("0.0.0.0:") || x.starts_with("[::]:");
  };
  const auto is_loopback = [](const std::string& x) {
    return x.starts_with("127.") || x.starts_with("[::1]:");
  };
  auto it = std::find_if(listening.begin(), listening.end(), is_loopback);
  if (it == listening.end())
    it = std::find_if(listening.begin(), listening.end(), stands_for_all);
  if (it == listening.end())
    it = listening.begin();
  if (it == listening.end())
    return {};
  if (!stands_for_all(*it))
    return "http://" + *it;
  const auto port = it->substr(it->rfind(':'));
  return (it->starts_with('[') ? "http://[::1]" : "http://127.0.0.1") + port;
}

result<void> tell_local_api(const std::filesystem::path& state_dir, const local_api& what) {
  if (const auto known = find_local_api(state_dir); known && *known == what)
    return {};
  const auto text = json::write(value::map({{"url", what.url}, {"key", what.key.reveal()}}));
  if (!text)
    return fail(text.error());
  return files::replace(file_in(state_dir), *text + '\n');
}

result<local_api> find_local_api(const std::filesystem::path& state_dir) {
  const auto path = file_in(state_dir);
  const auto text = files::read(path, largest_file);
  if (!text)
    return fail(text.error());
  const auto read = json::parse(*text);
  if (!read)
    return fail(errc::corrupt, path.string() + ": " + read.error().what);
  local_api out{text_in(*read, "url"), secret{text_in(*read, "key")}};
  if (out.url.empty() || out.key.empty())
    return fail(errc::corrupt, path.string() + ": expected the texts url and key");
  return out;
}

} // namespace copal
