#include "adapters/web/request.hpp"

#include "adapters/json/json.hpp"

#include <algorithm>
#include <optional>

namespace copal::web {

namespace {

constexpr std::size_t most_fields = 1000;
constexpr std::size_t most_levels = 5;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
    return lower(x) == lower(y);
  });
}

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9')
    return static_cast<unsigned>(c - '0');
  c = lower(c);
  if (c >= 'a' && c <= 'f')
    return static_cast<unsigned>(c - 'a') + 10;
  return std::nullopt;
}

std::string decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const auto high = hex_digit(text[i + 1]);
      const auto low = hex_digit(text[i + 2]);
      if (high && low) {
        out += static_cast<char>(*high * 16 + *low);
        i += 2;
        continue;
      }
    }
    out += text[i] == '+' ? ' ' : text[i];
  }
  return out;
}

std::vector<api::field> read_fields(std::string_view text) {
  std::vector<api::field> out;
  while (!text.empty() && out.size() < most_fields) {
    const auto end = text.find('&');
    const auto one = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (one.empty())
      continue;
    const auto equals = one.find('=');
    out.push_back({decoded(one.substr(0, equals)),
      equals == std::string_view::npos ? std::string{} : decoded(one.substr(equals + 1))});
  }
  return out;
}

/// The names of `a[b][c]`, outermost first; what is too deep stays together.
std::vector<std::string> levels_of(std::string_view name) {
  const auto first = name.find('[');
  if (first == std::string_view::npos || first == 0)
    return {std::string{name}};
  std::vector<std::string> out{std::string{name.substr(0, first)}};
  name.remove_prefix(first);
  while (name.size() > 1 && name.front() == '[' && out.size() <= most_levels) {
    const auto end = name.find(']');
    if (end == std::string_view::npos)
      break;
    out.emplace_back(name.substr(1, end - 1));
    name.remove_prefix(end + 1);
  }
  if (!name.empty())
    out.back() += name;
  return out;
}

/// Puts a text where its name says, beside what is there.
void put(value& into, const std::vector<std::string>& levels, std::size_t at, std::string text) {
  const auto last = at == levels.size();
  if (last && into.is_null()) {
    into = value{std::move(text)};
    return;
  }
  if (last || levels[at].empty()) { // `a[]=`, or the same name again
    if (!into.is(value::kind::list))
      into = into.is_null() ? value{value::list_type{}} : value{value::list_type{std::move(into)}};
    auto& items = *into.as_list();
    items.emplace_back();
    return put(items.back(), levels, last ? at : at + 1, std::move(text));
  }
  if (!into.is(value::kind::map)) // A name within what was a text: the later one counts.
    into = value::map({});
  auto& members = *into.as_map();
  auto it = std::find_if(
    members.begin(), members.end(), [&](const value_member& m) { return m.key == levels[at]; });
  if (it == members.end())
    it = members.insert(members.end(), {levels[at], {}});
  put(it->val, levels, at + 1, std::move(text));
}

/// The type itself, without parameters.
std::string_view media_type(std::string_view header) {
  header = header.substr(0, header.find(';'));
  while (!header.empty() && header.back() == ' ')
    header.remove_suffix(1);
  return header;
}

bool is_key_text(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '_';
  });
}

body_meaning read_json(std::string_view bytes) {
  body_meaning out;
  auto read = json::parse(bytes);
  if (!read)
    out.problem = std::move(read.error().what);
  else if (!read->is(value::kind::map) && !read->is(value::kind::list))
    out.problem =
      "the body is a " + std::string{to_string(read->what())} + "; expected a JSON object or array";
  else
    out.body = std::move(*read);
  return out;
}

} // namespace

request_target read_target(std::string_view target) {
  request_target out;
  constexpr std::string_view scheme = "http://";
  if (target.size() > scheme.size() && is_same_word(target.substr(0, scheme.size()), scheme)) {
    const auto path = target.find('/', scheme.size());
    target = path == std::string_view::npos ? std::string_view{"/"} : target.substr(path);
  }
  target = target.substr(0, target.find('#'));
  const auto mark = target.find('?');
  out.path = target.substr(0, mark);
  if (mark != std::string_view::npos)
    out.query = read_fields(target.substr(mark + 1));
  return out;
}

std::string_view read_authorization(std::string_view header) {
  const auto blank = header.find(' ');
  if (blank == std::string_view::npos)
    return {};
  const auto scheme = header.substr(0, blank);
  const auto key = header.substr(blank + 1);
  const auto known = is_same_word(scheme, "apikey") || is_same_word(scheme, "bearer");
  return known && is_key_text(key) ? key : std::string_view{};
}

secret take_key(std::vector<api::field>& query, std::string_view authorization) {
  std::vector<std::string> given;
  std::erase_if(query, [&given](api::field& f) {
    if (f.name != "apikey")
      return false;
    given.push_back(std::move(f.text));
    return true;
  });
  if (given.size() == 1 && !given.front().empty())
    return secret{std::move(given.front())};
  return secret{std::string{read_authorization(authorization)}};
}

body_meaning read_body(const body_text& what) {
  if (what.bytes.empty())
    return {};
  const auto type = media_type(what.content_type);
  const auto is_json = is_same_word(type, "application/json");
  if (!is_json && !is_same_word(type, "application/x-www-form-urlencoded"))
    return {};
  body_meaning out;
  if (!what.content_encoding.empty() && !is_same_word(what.content_encoding, "identity")) {
    out.problem = "unsupported content encoding; send the body as it is";
    return out;
  }
  if (is_json)
    return read_json(what.bytes);
  out.body = read_form(what.bytes);
  return out;
}

value read_form(std::string_view text) {
  auto out = value::map({});
  for (auto& field : read_fields(text)) {
    if (!field.name.empty())
      put(out, levels_of(field.name), 0, std::move(field.text));
  }
  return out;
}

} // namespace copal::web
