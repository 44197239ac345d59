#include "adapters/yaml/yaml.hpp"

#include "adapters/yaml/characters.hpp"
#include "adapters/yaml/tree_builder.hpp"

#include <algorithm>
#include <istream>
#include <optional>
#include <streambuf>
#include <string>

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace copal::yaml {
namespace {

/// Reads from a text without a copy of it.
class text_buffer : public std::streambuf {
public:
  explicit text_buffer(std::string_view text) {
    char* first = const_cast<char*>(text.data()); // std::streambuf's signature; only read from
    setg(first, first, first + text.size());
  }
};

error at_mark(std::string_view name, const YAML::Mark& mark, const error& why) {
  const bool known = !mark.is_null();
  std::string where{name};
  where += ':' + std::to_string(known ? mark.line + 1 : 1);
  where += ':' + std::to_string(known ? mark.column + 1 : 1);
  return why.with_context(where);
}

/// Takes all events and keeps nothing.
class nobody final : public YAML::EventHandler {
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(
    const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(
    const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(
    const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

void read_all(std::string_view text, YAML::EventHandler& handler) {
  text_buffer buffer{text};
  std::istream in{&buffer};
  YAML::Parser parser{in};
  while (parser.HandleNextDocument(handler)) {}
}

std::string_view without_blank_end(std::string_view text) {
  const auto last = text.find_last_not_of(" \t\r\n");
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

/// Where the line has a tab among the blanks it begins with, which yaml-cpp reports as something
/// else further on; absent when it has none.
std::optional<int> tab_in_indentation(std::string_view text, int line) {
  for (; line > 0; --line)
    text.remove_prefix(std::min(text.find('\n') + 1, text.size()));
  const auto indentation = text.substr(0, std::min(text.find_first_not_of(" \t"), text.size()));
  const auto at = indentation.find('\t');
  return at == std::string_view::npos ? std::nullopt : std::optional{static_cast<int>(at)};
}

/// yaml-cpp names the place where it could not go on, often lines behind the one that is wrong.
std::string_view hint(std::string_view words) {
  if (words.starts_with("end of map") || words.starts_with("end of sequence"))
    return "; here or above, a quote or a bracket is not closed, or the indentation is off";
  if (words == YAML::ErrorMsg::EOF_IN_SCALAR)
    return "; a quote is not closed";
  return {};
}

error explained(std::string_view text, std::string_view name, const YAML::Exception& e) {
  auto mark = e.mark;
  if (!mark.is_null())
    if (const auto column = tab_in_indentation(text, mark.line)) {
      mark.column = *column;
      return at_mark(name, mark, {errc::invalid_input, "a tab in the indentation"});
    }
  return at_mark(name, mark, {errc::invalid_input, e.msg + std::string{hint(e.msg)}});
}

} // namespace

result<value> parse(std::string_view text, std::string_view name, const limits& bound) {
  if (text.size() > bound.max_bytes)
    return fail(at_mark(name,
      YAML::Mark::null_mark(),
      {errc::exhausted, "longer than " + std::to_string(bound.max_bytes) + " bytes"}));
  if (text.starts_with("\xEF\xBB\xBF"))
    text.remove_prefix(3);
  if (auto fine = check_characters(text); !fine)
    return fail(fine.error().code, std::string{name} + ':' + fine.error().what);
  tree_builder builder{text, bound};
  try {
    read_all(text, builder);
    // yaml-cpp takes a quote that does not close for closed when the last line has an end: a file
    // cut off within one would pass. Without that end it complains.
    nobody checker;
    read_all(without_blank_end(text), checker);
  } catch (const refusal& refused) {
    return fail(at_mark(name, refused.at, refused.why));
  } catch (const YAML::DeepRecursion& e) {
    return fail(at_mark(name, e.mark, {errc::exhausted, "nested too deep"}));
  } catch (const YAML::Exception& e) {
    return fail(explained(text, name, e));
  }
  return builder.take();
}

} // namespace copal::yaml
