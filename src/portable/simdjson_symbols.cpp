// The two symbols of simdjson's library that its on-demand parser needs. Only a
// `portable` build links them: elsewhere they come from the shared library.
#include "portable/simdjson_structure.h"

namespace simdjson {

internal::atomic_ptr<const implementation>& get_active_implementation() {
  static internal::atomic_ptr<const implementation> active(&heddle::portable::simdjson_structure());
  return active;
}

namespace internal {

const error_code_info error_codes[] = {
    {SUCCESS, "no error"},
    {CAPACITY, "the text is too large for this parser"},
    {MEMALLOC, "out of memory"},
    {TAPE_ERROR, "the structure is not that of JSON"},
    {DEPTH_ERROR, "nested too deeply"},
    {STRING_ERROR, "a string is malformed"},
    {T_ATOM_ERROR, "a word that starts with t is not true"},
    {F_ATOM_ERROR, "a word that starts with f is not false"},
    {N_ATOM_ERROR, "a word that starts with n is not null"},
    {NUMBER_ERROR, "a number is malformed"},
    {UTF8_ERROR, "the text is not UTF-8"},
    {UNINITIALIZED, "nothing was read yet"},
    {EMPTY, "there is no JSON in the text"},
    {UNESCAPED_CHARS, "a control character stands in a string unescaped"},
    {UNCLOSED_STRING, "a string is not closed"},
    {UNSUPPORTED_ARCHITECTURE, "not supported in this build"},
    {INCORRECT_TYPE, "the value has another type"},
    {NUMBER_OUT_OF_RANGE, "a number does not fit"},
    {INDEX_OUT_OF_BOUNDS, "an index is past the end of its array"},
    {NO_SUCH_FIELD, "the object has no such member"},
    {IO_ERROR, "the file cannot be read"},
    {INVALID_JSON_POINTER, "a JSON pointer is malformed"},
    {INVALID_URI_FRAGMENT, "a URI fragment is malformed"},
    {UNEXPECTED_ERROR, "an error inside the parser"},
    {PARSER_IN_USE, "the parser is in use"},
    {OUT_OF_ORDER_ITERATION, "values were read out of order"},
    {INSUFFICIENT_PADDING, "the text lacks its padding"},
    {INCOMPLETE_ARRAY_OR_OBJECT, "the text ends inside an array or an object"},
    {SCALAR_DOCUMENT_AS_VALUE, "the text is a single scalar"},
    {OUT_OF_BOUNDS, "past the end of the text"},
    {TRAILING_CONTENT, "there is more after the value"},
};
static_assert(std::size(error_codes) == NUM_ERROR_CODES, "one row a code");

}  // namespace internal
}  // namespace simdjson
