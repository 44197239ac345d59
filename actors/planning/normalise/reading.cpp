#include "actors/planning/normalise/reading.hpp"

#include <algorithm>
#include <charconv>
#include <map>

namespace copal::planning {

namespace {

/// As YAML has them.
constexpr std::pair<std::string_view, bool> boolean_spellings[] = {
  {"true", true},
  {"True", true},
  {"TRUE", true},
  {"false", false},
  {"False", false},
  {"FALSE", false},
};

constexpr std::size_t longest_shown = 60;

std::string camel_case(std::string_view key) {
  std::string out;
  bool raise = false;
  for (const char c : key) {
    if (c == '_') {
      raise = true;
      continue;
    }
    out += raise && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    raise = false;
  }
  return out;
}

std::string real_text(double x) {
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, x).ptr};
}

} // namespace

std::string snake_case(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (c >= 'A' && c <= 'Z') {
      out += '_';
      out += static_cast<char>(c - 'A' + 'a');
    } else {
      out += c;
    }
  }
  return out;
}

node::node(const value& v, findings& found) : value_(&v), findings_(&found), line_(v.line()) {}

node node::child(const value& v, std::string field) const {
  node out = *this;
  out.value_ = &v;
  out.field_ = std::move(field);
  if (v.line() != 0)
    out.line_ = v.line();
  return out;
}

node node::of(std::string_view owner) const {
  node out = *this;
  if (!out.owner_.empty())
    out.owner_ += ", ";
  out.owner_ += owner;
  out.field_.clear();
  return out;
}

node node::hidden() const {
  node out = *this;
  out.hidden_ = true;
  return out;
}

std::optional<node> node::find(std::string_view key) const {
  const auto* v = value_->find(key);
  if (v == nullptr && !strict())
    v = value_->find(camel_case(key));
  if (v == nullptr)
    return std::nullopt;
  return child(*v, field_.empty() ? std::string{key} : field_ + '.' + std::string{key});
}

std::optional<node> node::get(std::string_view key) const {
  auto found = find(key);
  return found && !found->is_null() ? found : std::nullopt;
}

std::vector<named_node> node::members() const {
  std::vector<named_node> out;
  const auto* map = value_->as_map();
  if (map == nullptr) {
    refuse("a map");
    return out;
  }
  // A key that stands twice: its last value counts. A map may have very many.
  std::map<std::string_view, const value*> last;
  for (const auto& m : *map)
    last.insert_or_assign(m.key, &m.val);
  for (const auto& m : *map) {
    if (last.at(m.key) == &m.val)
      out.push_back({m.key, child(m.val, field_.empty() ? m.key : field_ + '.' + m.key)});
  }
  return out;
}

std::vector<node> node::items() const {
  std::vector<node> out;
  const auto* list = value_->as_list();
  if (list == nullptr) {
    refuse("a list");
    return out;
  }
  for (std::size_t i = 0; i < list->size(); ++i)
    out.push_back(child((*list)[i], field_ + '[' + std::to_string(i) + ']'));
  return out;
}

std::vector<node> node::items_or_self() const {
  return is(value::kind::list) ? items() : std::vector<node>{*this};
}

std::string node::text() const {
  if (const auto* s = value_->as_text())
    return *s;
  if (const auto* i = value_->as_integer())
    return std::to_string(*i);
  refuse("text");
  return {};
}

std::string node::scalar_text() const {
  if (const auto* b = value_->as_bool())
    return *b ? "true" : "false";
  if (const auto* d = value_->as_real())
    return real_text(*d);
  return text();
}

bool node::boolean() const {
  if (const auto* b = value_->as_bool())
    return *b;
  // What a variable of a compose file gave is text.
  const auto* text = strict() ? value_->as_text() : nullptr;
  for (const auto& [spelling, sense] : boolean_spellings) {
    if (text != nullptr && *text == spelling)
      return sense;
  }
  refuse("true or false");
  return false;
}

std::int64_t node::integer() const {
  if (const auto* i = value_->as_integer())
    return *i;
  if (const auto* s = value_->as_text()) {
    std::int64_t out = 0;
    const auto read = std::from_chars(s->data(), s->data() + s->size(), out);
    if (read.ec == std::errc{} && read.ptr == s->data() + s->size())
      return out;
  }
  refuse("a whole number");
  return 0;
}

std::string node::place() const {
  std::string out = findings_->origin.empty() ? std::string{"target"} : findings_->origin;
  if (line_ != 0)
    out += ':' + std::to_string(line_);
  out += ": ";
  if (!owner_.empty())
    out += owner_ + ": ";
  if (!field_.empty())
    out += field_ + ": ";
  return out;
}

std::string node::shown() const {
  if (hidden_ || is_null() || is(value::kind::list) || is(value::kind::map))
    return std::string{to_string(value_->what())};
  auto text = debug_string(*value_);
  if (text.size() > longest_shown)
    text = text.substr(0, longest_shown) + "...";
  return text;
}

void node::refuse(std::string_view expected) const {
  reject("found " + shown() + ", expected " + std::string{expected});
}

void node::reject(std::string_view why) const {
  findings_->problems.push_back(place() + std::string{why});
}

void node::warn(std::string_view what) const {
  findings_->warnings.push_back(place() + std::string{what});
}

void node::unsupported(std::string_view what, std::string_view advice) const {
  if (strict())
    reject(std::string{what} + "; " + std::string{advice});
  else
    warn(std::string{what} + ": ignored");
}

void check_members(
  const node& map, const std::vector<std::string_view>& known, std::string_view whose) {
  std::string unknown;
  for (const auto& [name, val] : map.members()) {
    const auto key = map.strict() ? name : snake_case(name);
    if (std::find(known.begin(), known.end(), key) != known.end() || name.rfind("x-", 0) == 0)
      continue;
    if (map.strict())
      val.reject("not supported in " + std::string{whose} + "; remove it");
    else
      unknown += (unknown.empty() ? "" : ", ") + name;
  }
  if (!unknown.empty())
    map.warn("not supported in " + std::string{whose} + " and ignored: " + unknown);
}

void check_members(const node& map,
  std::vector<std::string_view> known,
  std::span<const refused_field> refused,
  std::string_view whose) {
  for (const auto& refusal : refused) {
    const auto found = map.strict() ? map.find(refusal.name) : std::nullopt;
    if (!found)
      continue;
    found->reject("not supported; " + std::string{refusal.advice});
    known.push_back(refusal.name);
  }
  check_members(map, known, whose);
}

} // namespace copal::planning
