// A test that asserts nothing passes silently; this makes it fail.
import { beforeEach, expect } from '@jest/globals';

beforeEach(() => expect.hasAssertions());
